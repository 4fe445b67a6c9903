import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from '../load/field.ts';
import type { Installation } from '../load/installation.ts';

/** What every instance says of itself. */
export interface Health {
  /** Of instances by name: how often they took a lane since they started. */
  readonly ownerChanges: ReadonlyMap<string, number>;
  /** Writes that were refused because another owner wrote there. */
  readonly fences: number;
  /** Direct gets that were answered from an older copy, as far as that shows. */
  readonly staleGets: number;
  /** Sums that are not 0, lanes that stopped, and what is not well, in words. */
  readonly found: readonly string[];
}

/** One number of a metric. */
export interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

const answerMs = 5_000;
const wellLimitMs = 60_000;
const againMs = 1_000;
/** Never anything but absent or 0. */
const mustBeNothing = ['trunkline_channel_imbalance', 'trunkline_portal_imbalance', 'trunkline_lane_alarms_total'];

/** Numbers of a page in Prometheus' text format. Pure. */
export function samplesOf(page: string): readonly Sample[] {
  return [...page.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => {
    return { name, labels, value: Number(value) };
  });
}

/** Lanes that were taken between two looks, at least: what an instance counted before it was killed is forgotten. Pure. */
export function growthOf(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  return [...after].reduce((sum, [name, now]) => {
    const then = before.get(name) ?? 0;
    return sum + (now < then ? now : now - then);
  }, 0);
}

/** Looks at every instance once. */
export async function healthOf(installation: Installation): Promise<Health> {
  const ownerChanges = new Map<string, number>();
  const found: string[] = [];
  let [fences, staleGets] = [0, 0];
  await Promise.all(
    installation.names.map(async (name) => {
      const samples = samplesOf(await pageOf(installation.metricsUrl(name)));
      const sumOf = (metric: string) =>
        samples.filter((sample) => sample.name === metric).reduce((sum, { value }) => sum + value, 0);
      ownerChanges.set(name, sumOf('trunkline_lane_owner_changes_total'));
      fences += sumOf('trunkline_lane_fenced_total');
      staleGets += sumOf('trunkline_bus_stale_gets_total');
      for (const { name: metric, labels, value } of samples)
        if (mustBeNothing.includes(metric) && value !== 0) found.push(`${name}: ${metric}{${labels}} is ${value}`);
      if (samples.length === 0) found.push(`${name} shows no metrics`);
      const { status, reasons } = await readyOf(installation, name);
      if (status !== 'ok') found.push(`${name} is ${status}: ${JSON.stringify(reasons)}`);
    }),
  );
  return { ownerChanges, fences, staleGets, found };
}

/**
 * Looks until everybody is well, for a minute at most; what is not as it must be then is found. Also what stands in the logs for a
 * person to look at, but for portals that are gone: that those are paused is right.
 */
export async function healthInTheEnd({ installation }: Field, gone: ReadonlySet<string>): Promise<Health> {
  const endsAt = performance.now() + wellLimitMs;
  let health = await healthOf(installation);
  while (health.found.length > 0 && performance.now() < endsAt) {
    await pause(againMs);
    health = await healthOf(installation);
  }
  return { ...health, found: [...health.found, ...(await alarmsIn(installation.logFolder, gone))] };
}

async function pageOf(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) }).catch(() => undefined);
  return (await answer?.text()) ?? '';
}

async function readyOf(installation: Installation, name: string) {
  const page = await pageOf(installation.metricsUrl(name).replace(/metrics$/, 'readyz'));
  if (page === '') return { status: 'silent', reasons: {} };
  return JSON.parse(page) as { readonly status: string; readonly reasons: Readonly<Record<string, string>> };
}

/** Lines for which the services themselves want a person. They outlive the process that wrote them. */
async function alarmsIn(logFolder: string, gone: ReadonlySet<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of await readdir(logFolder)) {
    const lines = (await readFile(join(logFolder, file), 'utf8')).split('\n');
    for (const line of lines) if (isAlarm(line, gone)) found.push(`${file}: ${line.slice(0, 400)}`);
  }
  return found;
}

/** True of a line of a log by which a service asks for a person. Pure. */
export function isAlarm(line: string, gone: ReadonlySet<string>): boolean {
  const isOff = line.includes('portal_gone') && [...gone].some((portalId) => line.includes(portalId));
  return line.includes('a person must look') && !isOff;
}
