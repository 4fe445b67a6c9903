import { buckets, directoryKeys, objectStores, objectStream, streams } from '@trunkline/contracts';
import { pause } from '../deadline.ts';
import type { LogPort } from './ports.ts';
import { roomWords } from './room.ts';
import type { StreamAdmin } from './stream-admin.ts';

/** What {@link guardRoom} wants. */
export interface RoomGuardOptions {
  readonly bus: LogPort;
  readonly admin: StreamAdmin;
  readonly signal: AbortSignal;
  /** Hears how full each stream is, 0 to 1. */
  readonly onRoom?: (fullness: ReadonlyMap<string, number>, isOpen: boolean) => void;
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

/** Those that every message needs. A connector's own that is full stops what is sent to that messenger, not the door. */
const guarded = [streams.ingress, streams.facts, streams.outbox, streams.deliveries];
/** What is told beside them: above its limit whatever has no room there stays in OUTBOX. */
const told = [objectStream(objectStores.overflow)];
const closesAbove = 0.85;
/** Lower, so that the door does not flutter. */
const opensBelow = 0.8;
const lookEveryMs = 1_000;

/**
 * Looks once a second how full the bus is and tells every door: closed above 85% of any stream that all messages need, open
 * again below 80%. Runs until the signal; never rejects.
 */
export async function guardRoom(options: RoomGuardOptions): Promise<void> {
  const { bus, admin, signal, onRoom, onTrouble } = options;
  const subject = `$KV.${buckets.directory}.${directoryKeys.room()}`;
  let wasOpen: boolean | undefined;
  while (!signal.aborted) {
    try {
      const fullness = await fullnessOf(admin, [...guarded, ...told]);
      const fullest = Math.max(...guarded.map((name) => fullness.get(name) ?? 0));
      const isOpen = fullest < (wasOpen === false ? opensBelow : closesAbove);
      if (isOpen !== wasOpen) await bus.publish(subject, Buffer.from(isOpen ? roomWords.open : roomWords.closed));
      wasOpen = isOpen;
      onRoom?.(fullness, isOpen);
    } catch (error) {
      onTrouble?.(error);
    }
    await pause(lookEveryMs, signal);
  }
}

/** How full each stream is, 0 to 1. Rejects with `unavailable`. */
export async function fullnessOf(admin: StreamAdmin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rooms = await Promise.all(
    names.map(async (name) => {
      const { bytes, maxBytes } = await admin.room(name);
      return [name, bytes / maxBytes] as const;
    }),
  );
  return new Map(rooms);
}
