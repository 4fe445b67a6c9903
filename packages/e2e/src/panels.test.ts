import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { ids } from '../../contracts/src/index.ts';
import { freePort } from '../../testkit/src/servers/ports.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

const dashboards = globSync('deploy/grafana/dashboards/*.json');
const hasPrometheus = (process.env.PATH ?? '')
  .split(delimiter)
  .some((path) => globSync(join(path, 'prometheus')).length > 0);
const skip = hasPrometheus ? false : 'prometheus is not installed (Debian: apt-get install prometheus)';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** A Prometheus that asks every instance of the demo each second. */
async function watch(demo: WholeDemo, stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-prometheus-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const static_configs = demo.instances.map(({ service, ports }) => ({
    targets: [`127.0.0.1:${ports.metrics}`],
    labels: { service },
  }));
  const scrape = { job_name: 'trunkline', honor_labels: true, static_configs };
  const config = join(folder, 'prometheus.json');
  await writeFile(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] }));
  const address = `127.0.0.1:${await freePort()}`;
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`];
  const running = spawn('prometheus', flags, { stdio: 'ignore' });
  stack.defer(async () => void running.kill());
  await until(
    () =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    30_000,
  );
  return `http://${address}`;
}

async function isAnswered(prometheus: string, expr: string): Promise<boolean> {
  const query = expr.replaceAll('$__rate_interval', '30s');
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
  const { status, data, error } = (await response.json()) as {
    status: string;
    data: { result: unknown[] };
    error?: string;
  };
  assert.equal(status, 'success', `${expr}: ${error}`);
  return data.result.length > 0;
}

test('every panel shows data while messages go there and back, without an error anywhere', { skip }, async () => {
  await using stack = new AsyncDisposableStack();
  const demo = stack.use(await runDemo());
  const prometheus = await watch(demo, stack);
  const person = demo.simulator?.person({ first_name: 'Anna' }) ?? assert.fail('the demo has no telephone');
  const conversationId = ids.conversation(demo.demo.telegramChannelId ?? '', String(person.id));
  const answer = () => JSON.stringify({ conversationId, text: 'Hello to you', key: randomUUID() });
  const say = setInterval(() => {
    demo.simulator?.write({ from: person.id, text: 'Hello' });
    void fetch(new URL('/api/answer', demo.pageUrl), { method: 'POST', body: answer() }).catch(() => {});
  }, 1_000);
  stack.defer(async () => clearInterval(say));
  const panels = (await Promise.all(dashboards.map((path) => readFile(path, 'utf8')))).flatMap(
    (text) => (JSON.parse(text) as { panels: Panel[] }).panels,
  );
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
  let empty = queries;
  await until(async () => {
    const answered = await Promise.all(empty.map(({ expr }) => isAnswered(prometheus, expr)));
    empty = empty.filter((_, index) => !answered[index]);
    return empty.length === 0;
  }, 60_000).catch(() => {});
  assert.deepEqual(empty, []);
});
