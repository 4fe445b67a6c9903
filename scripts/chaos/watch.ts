import { setTimeout as pause } from 'node:timers/promises';
import { ids } from '../../packages/contracts/src/index.ts';
import { takeBoardShots } from '../../packages/e2e/src/operations-shots.ts';
import type { Field } from '../load/field.ts';
import { hasPrometheus, type PanelQuery, type Prometheus, panelQueries, startPrometheus } from '../load/prometheus.ts';
import { clientId } from '../load/sender/send.ts';
import { type Api, apiOf } from '../up/api.ts';
import { blind, told } from './blind.ts';

/** What those who run the platform see meanwhile. */
export interface Watch {
  /** What was seen, in lines for people, and what nothing was seen of. Called once, when the storm is over. */
  report(): Promise<Seen>;
}

/** What those saw who watched. */
export interface Seen {
  readonly lines: string;
  /** Panels that gave nothing, and alerts that look at nothing, in words. */
  readonly found: readonly string[];
}

/** What is watched. */
export interface WatchOptions {
  /** Pictures go there; undefined: none. */
  readonly shots: string | undefined;
  readonly tell: (what: string) => void;
  readonly signal: AbortSignal;
}

/** Sick as long as somebody watches: pages and alerts have something to show. */
const illnesses = ['failing', 'hanging', 'refusing'] as const;
const everyMs = 1_000;
const lookEveryMs = 5_000;
/** By then the sick portals are behind for longer than a moment. */
const shotsAfterMs = 25_000;

/**
 * Watches a storm as an SRE would, until the signal: by a Prometheus with the rules of deploy/, and by the pages for people. Answers
 * go to clients meanwhile, because half of the panels are about them, and three portals are sick all the time.
 */
export async function startWatch(field: Field, options: WatchOptions): Promise<Watch & AsyncDisposable> {
  if (!hasPrometheus()) throw new Error('prometheus is not on the PATH (Debian: apt-get install prometheus)');
  const { installation } = field;
  const targets = installation.names.map((name) => ({
    service: name.replace(/-\d+$/, ''),
    address: new URL(installation.metricsUrl(name)).host,
  }));
  const prometheus = await startPrometheus(targets);
  const api = apiOf(installation.gatewayUrl, installation.administratorKey);
  const panels = looked(await panelQueries());
  const alerts = looked((await prometheus.alerts()).map(({ name, base }) => ({ title: name, expr: base })));
  const work = Promise.all([
    upset(field, api, options.signal),
    look(prometheus, [panels, alerts], options.signal),
    takeShots(field, api, options),
  ]);
  // Told by the report.
  work.catch(() => {});
  return {
    report: async () => {
      await work;
      const lines = [...panelLines(panels), ...alertLines(await prometheus.alerts())].join('\n');
      return { lines, found: [...panels.empty, ...blind(alerts.empty)].map(told) };
    },
    [Symbol.asyncDispose]: () => prometheus[Symbol.asyncDispose](),
  };
}

function sickNames({ portals }: Field): readonly string[] {
  return portals.slice(0, illnesses.length).map(({ name }) => name);
}

/** Keeps three portals sick whatever else mends them, and answers a client a second. Both fail while something is down: no matter. */
async function upset(field: Field, api: Api, signal: AbortSignal): Promise<void> {
  const sick = Object.fromEntries(sickNames(field).map((name, index) => [name, illnesses[index] ?? null]));
  for (let turn = 0; !signal.aborted; turn += 1) {
    await field.judge.ask('misbehave', sick);
    const portal = field.portals[turn % field.portals.length];
    if (portal !== undefined) {
      const conversationId = ids.conversation(portal.channelId, String(clientId));
      const message = { conversationId, message: { content: { text: { plain: 'Good afternoon' } } } };
      const request = { tenantId: portal.tenantId, idempotencyKey: `answer ${turn}`, message };
      await api('MessageService/Submit', request).catch(() => {});
    }
    await pause(everyMs);
  }
  await field.judge.ask('misbehave', Object.fromEntries(sickNames(field).map((name) => [name, null])));
}

/** Queries, and those of them that never gave anything until now. */
interface Looked {
  readonly all: readonly PanelQuery[];
  empty: readonly PanelQuery[];
}

function looked(all: readonly PanelQuery[]): Looked {
  return { all, empty: all };
}

async function look(prometheus: Prometheus, queries: readonly Looked[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const each of queries) each.empty = await prometheus.empty(each.empty);
    await pause(lookEveryMs);
  }
}

/** Pictures of both pages, once there is something on them. */
async function takeShots(field: Field, api: Api, { shots, tell, signal }: WatchOptions): Promise<void> {
  const [late] = field.portals;
  if (shots === undefined || late === undefined) return;
  await pause(shotsAfterMs);
  const { gatewayUrl, administratorKey } = field.installation;
  const settings = { lingerMs: 50, isStatusPublic: true };
  const shown = { gatewayUrl, administratorKey, portalId: late.id };
  // Servers and services are killed meanwhile: what fails is done again.
  while (!signal.aborted) {
    try {
      await api('DirectoryService/UpdatePortal', { portalId: late.id, settings });
      for (const file of await takeBoardShots(shown, { folder: shots, prefix: 'chaos-' })) tell(`picture: ${file}`);
      return;
    } catch (error) {
      tell(`a picture is taken again: ${String(error).split('\n')[0]}`);
      await pause(everyMs);
    }
  }
}

function panelLines({ all, empty }: Looked) {
  return [`  panels: ${all.length - empty.length} of ${all.length} queries gave data`];
}

function alertLines(alerts: Awaited<ReturnType<Prometheus['alerts']>>): string[] {
  const fired = alerts.filter(({ firingSeconds }) => firingSeconds > 0);
  const pending = alerts.filter(({ firingSeconds, pendingSeconds }) => firingSeconds === 0 && pendingSeconds > 0);
  const quiet = alerts.filter(({ firingSeconds, pendingSeconds }) => firingSeconds + pendingSeconds === 0);
  return [
    `  alerts that fired: ${fired.length} of ${alerts.length}`,
    ...fired.map(({ name, severity, firingSeconds }) => `    ${name} (${severity}) for ${firingSeconds} s`),
    '  true for a while, not for long enough:',
    ...pending.map(
      ({ name, pendingSeconds, holdsSeconds }) => `    ${name}: ${pendingSeconds} s, fires after ${holdsSeconds} s`,
    ),
    `  never true: ${quiet.map(({ name }) => name.replace('Trunkline', '')).join(', ')}`,
  ];
}
