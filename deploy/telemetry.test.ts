import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricNames } from '../packages/contracts/src/index.ts';
import { createMetrics } from '../packages/runtime/src/index.ts';
import { serviceFolders } from '../scripts/compose/folders.ts';
import { prometheusFile } from '../scripts/compose/prometheus-file.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const rules = read('prometheus/alerts.yml');
const ruleTests = read('prometheus/alerts.test.yml');
const operations = read('../docs/operations.md');
const dashboards = globSync('grafana/dashboards/*.json', { cwd: import.meta.dirname });

/** Each alert's name and its part of the file. */
const alerts = rules
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({ name: /^\w+/.exec(text)?.[0] ?? '', text }));

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const panelsOf = (path: string): Panel[] => JSON.parse(read(path)).panels;

/** What of a text is named like a metric, without what Prometheus adds to a histogram's name. */
function metricsIn(text: string): string[] {
  const found = text.match(/\b(trunkline|process|nodejs)_\w+/g) ?? [];
  return found.map((name) => name.replace(/_(bucket|count|sum)$/, ''));
}

/** What services measure: what the contracts declare, and what every process tells of itself. */
async function measured(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics({ service: 'any' });
  const ofTheProcess = [...(await metrics.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  metrics.close();
  return new Set([...metricNames, ...ofTheProcess]);
}

test('every metric of an alert, its test or a panel is one that services measure', async () => {
  const known = await measured();
  const texts = [...alerts.map(({ text }) => text.split('runbook')[0] ?? ''), ruleTests, ...dashboards.map(read)];
  assert.ok(texts.flatMap(metricsIn).length > 100);
  assert.deepEqual(
    texts.flatMap(metricsIn).filter((name) => !known.has(name)),
    [],
  );
});

test('every metric of ours has a panel or an alert', () => {
  const shown = new Set([rules, ...dashboards.map(read)].flatMap(metricsIn));
  assert.deepEqual(
    metricNames.filter((name) => !shown.has(name)),
    [],
  );
});

test('every alert says how bad it is, what it means, and where to read on', () => {
  assert.ok(alerts.length > 20);
  for (const { name, text } of alerts) {
    assert.match(text, /^ {8}labels: \{ severity: (critical|warning) \}$/m, name);
    assert.match(text, /^ {10}summary: ".{20,}\."$/m, name);
    assert.match(text, new RegExp(`^ {10}runbook: docs/operations\\.md#${name.toLowerCase()}$`, 'm'));
  }
});

test('the page for operations has a section for every alert and for no other: means, look, do', () => {
  const sections = operations.split(/^### (?=Trunkline)/m).slice(1);
  assert.deepEqual(
    sections.map((section) => section.split('\n')[0] ?? ''),
    alerts.map(({ name }) => name),
  );
  for (const section of sections) {
    const own = section.split(/^##/m)[0] ?? '';
    for (const part of ['**Means.**', '**Look.**', '**Do.**']) assert.ok(own.includes(part), `${part} ${own}`);
  }
});

test('every alert is fired by a test of its own, and is silent in a healthy installation', () => {
  for (const { name } of alerts) {
    assert.ok(ruleTests.includes(`        alertname: ${name}\n        exp_alerts:\n          - exp_labels:`), name);
    assert.ok(ruleTests.includes(`, alertname: ${name}, exp_alerts: [] }`), name);
  }
});

test('every panel asks for something', () => {
  const empty = dashboards
    .flatMap(panelsOf)
    .filter(({ type, targets = [] }) => type !== 'row' && !targets.some(({ expr }) => expr !== ''));
  assert.deepEqual(empty, []);
});

test('prometheus.yml asks the services of the folders (npm run compose writes it anew)', () => {
  assert.equal(read('prometheus/prometheus.yml'), prometheusFile(serviceFolders()));
});
