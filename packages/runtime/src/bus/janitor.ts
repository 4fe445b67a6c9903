import type { NatsConnection } from '@nats-io/transport-node';
import { messageStreams, objectStores, objectStream } from '@trunkline/contracts';
import { pause } from '../deadline.ts';
import { type Cleared, type ClearingOptions, clearBeside, clearStream, crowdedAbove } from './clearing.ts';
import type { LogPort } from './ports.ts';
import { fullnessOf, guardRoom, type RoomGuardOptions } from './room-guard.ts';
import { createStreamAdmin } from './stream-admin.ts';

/** What {@link runJanitor} wants. */
export interface JanitorOptions extends Pick<RoomGuardOptions, 'onRoom' | 'onTrouble'> {
  /** As the janitor's user: nobody else may purge. */
  readonly nats: NatsConnection;
  readonly bus: LogPort;
  /** Names of the installed connectors. */
  readonly connectors: readonly string[];
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Nothing younger is removed; 72 hours by default. */
  readonly keepMs?: number;
  /** The same for a stream that is more than 70% full; 2 hours by default. */
  readonly keepWhenFullMs?: number;
  /** Bodies of hook calls are kept so long; 30 days by default, as parked calls are. */
  readonly keepBodiesMs?: number;
  /** How often a stream with room is cleared; an hour by default. */
  readonly everyMs?: number;
  /** How often a crowded one is; a minute by default. */
  readonly crowdedEveryMs?: number;
  /** Hears what was removed of a stream, and who holds old messages back. */
  readonly onCleared?: (cleared: Cleared) => void;
}

const hourMs = 60 * 60 * 1_000;
/**
 * Keeps room on the bus: removes what is old enough and was read by every registered reader, and closes the doors when the
 * streams get full. Alone in an installation: runs under a lease of one lane, until the signal. Never rejects.
 */
export async function runJanitor(options: JanitorOptions): Promise<void> {
  const { nats, bus, connectors, signal, now } = options;
  const { keepMs = 72 * hourMs, keepWhenFullMs = 2 * hourMs, keepBodiesMs = 720 * hourMs } = options;
  const admin = createStreamAdmin(nats);
  const clearing = { bus, admin, connectors, keepMs, keepWhenFullMs, keepBodiesMs, now, signal };
  await Promise.all([guardRoom({ ...options, admin }), clearAgainAndAgain(options, clearing)]);
}

/** Each stream in its time, one after the other. */
async function clearAgainAndAgain(options: JanitorOptions, clearing: ClearingOptions): Promise<void> {
  const { connectors, signal, onTrouble, onCleared, everyMs = hourMs, crowdedEveryMs = 60_000 } = options;
  const clearedAt = new Map<string, number>();
  const inTime = async (name: string, clear: () => Promise<void>) => {
    if (signal.aborted || performance.now() - (clearedAt.get(name) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    await clear();
    clearedAt.set(name, performance.now());
  };
  while (!signal.aborted) {
    try {
      const names = messageStreams(connectors);
      const overflow = objectStream(objectStores.overflow);
      const fullness = await fullnessOf(clearing.admin, [...names, overflow]);
      if ((fullness.get(overflow) ?? 0) > crowdedAbove) clearedAt.delete('beside');
      for (const name of names) {
        if ((fullness.get(name) ?? 0) > crowdedAbove) clearedAt.delete(name);
        await inTime(name, async () => onCleared?.(await clearStream(name, clearing)));
      }
      await inTime('beside', async () => void (await clearBeside(clearing)));
    } catch (error) {
      onTrouble?.(error);
    }
    await pause(crowdedEveryMs, signal);
  }
}
