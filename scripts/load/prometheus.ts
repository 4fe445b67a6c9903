import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../packages/testkit/src/servers/ports.ts';
import { tied } from '../../packages/testkit/src/servers/tied.ts';

const deploy = new URL('../../deploy/', import.meta.url);
const rules = fileURLToPath(new URL('prometheus/alerts.yml', deploy));
const dashboard = new URL('grafana/dashboards/trunkline.json', deploy);
const startMs = 30_000;
const answerMs = 10_000;
const everySeconds = 1;

/** What is asked for its metrics. */
export interface Target {
  readonly service: string;
  /** `host:port`. */
  readonly address: string;
}

/** How long an alert was in a state, in seconds, since Prometheus runs. */
export interface AlertSeen {
  readonly name: string;
  readonly severity: string;
  /** So long its condition must hold before it fires. */
  readonly holdsSeconds: number;
  readonly pendingSeconds: number;
  readonly firingSeconds: number;
  /** What it looks at, without the threshold: it must give something. */
  readonly base: string;
}

/** A Prometheus with the rules of deploy/, which asks every target each second. Leaving the block ends it. */
export interface Prometheus extends AsyncDisposable {
  /** Of these queries, those that give nothing now. Rejects in words when one is not understood. */
  empty(queries: readonly PanelQuery[]): Promise<readonly PanelQuery[]>;
  /** Every alert of the rules. */
  alerts(): Promise<readonly AlertSeen[]>;
}

/** One query of a panel. */
export interface PanelQuery {
  readonly title: string;
  readonly expr: string;
}

/** True if Prometheus is on the PATH. */
export function hasPrometheus(): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, 'prometheus')));
}

/** What every panel of the dashboard asks. */
export async function panelQueries(): Promise<readonly PanelQuery[]> {
  type Panel = { readonly title: string; readonly targets?: readonly { readonly expr: string }[] };
  const { panels } = JSON.parse(await readFile(dashboard, 'utf8')) as { panels: Panel[] };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
}

/** Starts it on a port and with data of its own. */
export async function startPrometheus(targets: readonly Target[]): Promise<Prometheus> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-prometheus-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const config = join(folder, 'prometheus.json');
  await writeFile(config, JSON.stringify(configOf(targets)));
  const address = `127.0.0.1:${await freePort()}`;
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`];
  const [command, args] = tied('prometheus', flags, 'TERM');
  const running = spawn(command, args, { stdio: 'ignore' });
  stack.defer(async () => {
    const exited = new Promise((done) => running.once('exit', done));
    if (running.kill()) await exited;
  });
  const ask = async <Data>(path: string, parameters: Record<string, string> = {}) => {
    const url = `http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    const { status, data, error } = (await response.json()) as { status: string; data: Data; error?: string };
    if (status !== 'success') throw new Error(`${parameters.query ?? path}: ${error}`);
    return data;
  };
  await untilReady(address);
  const startedAt = Date.now();
  const owned = stack.move();
  return {
    empty: async (queries) => {
      const answers = await Promise.all(
        queries.map(({ expr }) =>
          ask<{ result: unknown[] }>('query', { query: expr.replaceAll('$__rate_interval', '30s') }),
        ),
      );
      return queries.filter((_, index) => answers[index]?.result.length === 0);
    },
    alerts: async () => alertsOf(ask, startedAt),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function configOf(targets: readonly Target[]): object {
  const static_configs = targets.map(({ service, address }) => ({ targets: [address], labels: { service } }));
  const every = `${everySeconds}s`;
  return {
    global: { scrape_interval: every, evaluation_interval: every },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'trunkline', honor_labels: true, static_configs }],
  };
}

async function untilReady(address: string): Promise<void> {
  for (const endsAt = performance.now() + startMs; performance.now() < endsAt; ) {
    const answer = await fetch(`http://${address}/-/ready`, { signal: AbortSignal.timeout(answerMs) }).catch(() => {});
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`Prometheus was not ready within ${startMs / 1_000} s`);
}

/** The expression of an alert without its thresholds: whatever series it looks at. Pure. */
export function baseOf(expr: string): string {
  return expr.replaceAll(/\s(?:[<>]=?|[!=]=)\s+-?[\d.]+(?:\s*\*\s*[\d.]+)*/g, '');
}

type Ask = <Data>(path: string, parameters?: Record<string, string>) => Promise<Data>;

async function alertsOf(ask: Ask, startedAt: number): Promise<readonly AlertSeen[]> {
  type Rule = {
    readonly name: string;
    readonly query: string;
    readonly duration: number;
    readonly labels: { readonly severity: string };
  };
  const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules', { type: 'alert' });
  const range = { start: String(startedAt / 1_000), end: String(Date.now() / 1_000), step: String(everySeconds) };
  const secondsOf = async (state: string) => {
    const query = `max by (alertname) (ALERTS{alertstate="${state}"})`;
    type Series = { readonly metric: { readonly alertname: string }; readonly values: readonly unknown[] };
    const { result } = await ask<{ result: Series[] }>('query_range', { query, ...range });
    return new Map(result.map(({ metric, values }) => [metric.alertname, values.length * everySeconds]));
  };
  const [pending, firing] = [await secondsOf('pending'), await secondsOf('firing')];
  return groups
    .flatMap((group) => group.rules)
    .map(({ name, query, duration, labels }) => ({
      base: baseOf(query),
      ...{ name, severity: labels.severity, holdsSeconds: duration },
      ...{ pendingSeconds: pending.get(name) ?? 0, firingSeconds: firing.get(name) ?? 0 },
    }));
}
