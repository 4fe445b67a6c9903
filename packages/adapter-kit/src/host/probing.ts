import { type ChannelEntry, ChannelState, laneOf } from '@trunkline/contracts';
import { type HintBus, pause } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector, Health } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { withinCall } from '../within-call.ts';
import type { Channels } from './channels.ts';
import { type HealthTeller, well } from './health.ts';
import { webAddress } from './web-address.ts';
import { listenForWishes } from './wishes.ts';

/** What asking the channels of a lane needs. */
export interface ProbingParts {
  /** Absent: nobody can be asked. */
  readonly probe: Connector['probe'];
  readonly channels: Pick<Channels, 'entries' | 'ready' | 'trouble'>;
  readonly toolsOf: (channel: ChannelAccess, signal: AbortSignal) => Tools;
  readonly health: HealthTeller;
  /** A channel that is well is asked so often. */
  readonly everyMs: number;
  readonly now: () => number;
  /** By which whoever hears news of an account has it asked. */
  readonly hints: HintBus;
}

interface Asked {
  readonly revision: number;
  /** When it is asked next. */
  readonly atMs: number;
  /** When it was asked last; 0: not yet. */
  readonly lastMs: number;
  /** Probes in a row that the platform did not answer. */
  readonly failures: number;
}

/** One that is not well, or that was just changed, is asked sooner. */
const soonMs = 60_000;
const atOnce = 4;
const limitMs = 20_000;
const knownWell = new Set<ChannelState>([ChannelState.CHANNEL_STATE_OK, ChannelState.CHANNEL_STATE_DEGRADED]);
const closedWords = 'The channel cannot be opened';
/** A platform that is silent once is no news. */
const silentMax = 3;
/** News come in floods: not sooner than so long after the last time. */
const restMs = 5_000;

/**
 * Asks the platform how each channel of a lane is doing, again and again until the signal; tells it. Where there is nobody to
 * ask, tells of those that were signed in again. Never rejects.
 */
export async function runProbing(parts: ProbingParts, lane: number, signal: AbortSignal): Promise<void> {
  const { channels, everyMs, now } = parts;
  const asked = new Map<string, Asked>();
  const stepMs = Math.min(5_000, everyMs / 4);
  const wishes = listenForWishes(parts.hints, signal);
  while (!signal.aborted) {
    const entries = channels.entries().filter(({ tenantId }) => laneOf(tenantId) === lane);
    schedule(asked, entries, everyMs, now());
    hasten(asked, wishes.take(entries.map(({ id }) => id)), now());
    const atMsOf = ({ id }: ChannelEntry) => asked.get(id)?.atMs ?? 0;
    // Whoever has waited longest goes first: a platform that is silent must not keep the others waiting for ever.
    const waiting = entries.filter((entry) => atMsOf(entry) <= now());
    const due = waiting.toSorted((one, other) => atMsOf(one) - atMsOf(other)).slice(0, atOnce);
    await Promise.all(
      due.map(async (entry) => {
        const { failures, isWell } = await probeOne(parts, entry, asked.get(entry.id)?.failures ?? 0, signal);
        const delayMs = isWell ? everyMs : Math.min(everyMs, soonMs);
        asked.set(entry.id, { revision: entry.revision, atMs: now() + delayMs, lastMs: now(), failures });
      }),
    );
    if (due.length < atOnce) await pause(stepMs, AbortSignal.any([signal, wishes.next()]));
  }
}

/** Those that come are spread over the time; those that were changed are asked soon; those that go are forgotten. */
function schedule(asked: Map<string, Asked>, entries: readonly ChannelEntry[], everyMs: number, nowMs: number): void {
  const present = new Set(entries.map(({ id }) => id));
  for (const id of asked.keys()) if (!present.has(id)) asked.delete(id);
  for (const { id, revision } of entries) {
    const known = asked.get(id);
    if (known?.revision === revision) continue;
    const longestMs = known === undefined ? everyMs : Math.min(everyMs, soonMs / 10);
    asked.set(id, { revision, atMs: nowMs + Math.random() * longestMs, lastMs: known?.lastMs ?? 0, failures: 0 });
  }
}

/** Those whose news were heard are asked at once, but not again and again. */
function hasten(asked: Map<string, Asked>, ids: readonly string[], nowMs: number): void {
  for (const id of ids) {
    const known = asked.get(id);
    if (known === undefined) continue;
    const soonestMs = Math.max(nowMs, known.lastMs + restMs);
    asked.set(id, { ...known, atMs: Math.min(known.atMs, soonestMs) });
  }
}

async function probeOne(
  parts: ProbingParts,
  entry: ChannelEntry,
  failures: number,
  signal: AbortSignal,
): Promise<{ readonly failures: number; readonly isWell: boolean }> {
  const { probe } = parts;
  const channel = parts.channels.ready(entry.id);
  if (channel === undefined) return { failures, isWell: !(await tellTrouble(parts, entry)) };
  if (probe === undefined) {
    // That a person has signed in again is all that is known then: the portal, which heard of the trouble, hears it too.
    // And that a channel can be opened again: nobody else calls it degraded there.
    if (knownWell.has(entry.state)) await parts.health.tell(channel, entry.revision, well);
    return { failures, isWell: true };
  }
  const health = await withinCall(
    limitMs,
    (until) => probe(channel, webAddress(entry.hookUrl), parts.toolsOf(channel, until)),
    signal,
  ).catch((error: unknown) => healthOf(error, failures + 1));
  if (signal.aborted) return { failures, isWell: true };
  if (health === undefined) return { failures: failures + 1, isWell: false };
  await parts.health.tell(channel, entry.revision, health);
  return { failures: health.state === 'ok' ? 0 : failures, isWell: health.state === 'ok' };
}

/** A channel that cannot be opened takes no calls and sends nothing: whoever looks at it reads why. */
async function tellTrouble({ channels, health }: ProbingParts, entry: ChannelEntry): Promise<boolean> {
  const trouble = channels.trouble(entry.id);
  if (trouble === undefined) return false;
  await health.tell(entry, entry.revision, { state: 'degraded', reason: `${closedWords}: ${trouble}` });
  return true;
}

/** What a failed probe says of the account; undefined: nothing yet. */
function healthOf(error: unknown, failures: number): Health | undefined {
  if (error instanceof ConnectorError && error.code === 'auth_revoked') {
    return { state: 'needs_sign_in', reason: error.message };
  }
  const said = error instanceof ConnectorError ? error.message : 'it does not answer';
  return failures < silentMax ? undefined : { state: 'degraded', reason: `The platform cannot be asked: ${said}` };
}
