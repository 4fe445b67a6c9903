import { headers } from '@trunkline/contracts';
import { backoffMs } from '../deadline.ts';
import { LaneAlarm, LaneEnded } from './alarm.ts';
import { pause } from './clock.ts';
import type { KeyPlace } from './keyed-heads.ts';
import { parkItem } from './keyed-route.ts';
import type { KeyedRun, RoutedItem } from './keyed-run.ts';
import { isTransient, patiently } from './patience.ts';
import { type KeyedEntry, type KeyedHead, WrongLastSequence } from './ports.ts';
import { comparePositions, formatPosition } from './position.ts';
import { waitingOf } from './stage-run.ts';

/** When a publish had no answer it is tried again after so long, and later and later. */
const readAgainMs = 100;
const readAgainMostMs = 5_000;

/**
 * Writes a key's items behind its head: sealed, one message after the other, each expecting the former. What the head says
 * is there already is left out, so that repeats, and a slower owner's work, fall away. Returns how many messages were
 * written.
 */
export async function writeKey<Item>(
  run: KeyedRun<Item>,
  key: string,
  items: readonly RoutedItem<Item>[],
): Promise<number> {
  const { definition, lane, heads } = run;
  const place = { stream: definition.stream(key), subject: definition.subject(lane, key) };
  let head = await patiently(() => heads.of(place), waitingOf(run));
  let written = 0;
  /** So many are sealed one by one, because one of them throws. */
  let alone = 0;
  let failures = 0;
  for (let left = behind(items, head); left.length > 0; ) {
    const taken = alone > 0 ? left.slice(0, 1) : left;
    const entries = await sealOrPark(run, key, head, taken);
    alone = entries === 'alone' ? taken.length : Math.max(alone - taken.length, 0);
    if (entries === 'alone') continue;
    await run.at?.('keyed.sealed');
    const result = await publishEntries(run, place, head, entries);
    written += result.written;
    head = result.head;
    failures = result.trouble === undefined ? 0 : failures + 1;
    if (result.trouble !== undefined) await waitFor(run, result.trouble, failures);
    left = behind(result.isWhole ? left.slice(taken.length) : left, head);
  }
  return written;
}

function behind<Item>(items: readonly RoutedItem<Item>[], { position }: KeyedHead): readonly RoutedItem<Item>[] {
  if (position === undefined) return items;
  return items.filter(({ keyed }) => comparePositions(keyed.position, position) > 0);
}

/** Seals items. One that cannot be sealed is parked; where it is among others, they are to be sealed one by one. */
async function sealOrPark<Item>(
  run: KeyedRun<Item>,
  key: string,
  head: KeyedHead,
  items: readonly RoutedItem<Item>[],
): Promise<readonly KeyedEntry[] | 'alone'> {
  const keyed = items.map((item) => item.keyed);
  try {
    return await patiently(() => run.definition.seal(key, head, keyed), waitingOf(run));
  } catch (error) {
    if (error instanceof LaneAlarm || error instanceof LaneEnded) throw error;
    const [item] = items;
    if (item === undefined || items.length > 1) return 'alone';
    await parkItem(run, item.source, error);
    return [];
  }
}

interface Published {
  readonly head: KeyedHead;
  readonly written: number;
  /** False when only the head, read again, can tell what is there. */
  readonly isWhole: boolean;
  /** Why it is not. */
  readonly trouble: unknown;
}

async function publishEntries<Item>(
  run: KeyedRun<Item>,
  place: KeyPlace,
  from: KeyedHead,
  entries: readonly KeyedEntry[],
): Promise<Published> {
  let head = from;
  let written = 0;
  for (const entry of entries) {
    try {
      head = await publishEntry(run, place, head, entry);
    } catch (error) {
      const isRefused = error instanceof WrongLastSequence;
      if (!isRefused && !isTransient(error)) throw error;
      if (run.signal.aborted) throw new LaneEnded('the lease ended');
      const reread = await patiently(() => run.heads.reread(place), waitingOf(run));
      return { head: reread, written, isWhole: false, trouble: error };
    }
    written += 1;
    await run.at?.('keyed.published');
  }
  return { head, written, isWhole: true, trouble: undefined };
}

/**
 * Waits longer each time that the server is in trouble: whatever is tried again is sealed anew, and what overflows is put into
 * the object store again. Whoever was overtaken goes on at once.
 */
async function waitFor<Item>(run: KeyedRun<Item>, error: unknown, failures: number): Promise<void> {
  const delayMs = error instanceof WrongLastSequence ? 0 : backoffMs(failures, readAgainMs, readAgainMostMs, 0.5);
  run.events.waiting?.({ lane: run.lane, error, delayMs });
  if (delayMs > 0) await pause(run.clock, delayMs, run.signal);
}

async function publishEntry<Item>(
  run: KeyedRun<Item>,
  place: KeyPlace,
  head: KeyedHead,
  entry: KeyedEntry,
): Promise<KeyedHead> {
  const marked = { ...entry, headers: { ...entry.headers, [headers.position]: formatPosition(entry.position) } };
  const ack = await run.log.publish(place.subject, marked.data, {
    expectLastSubjectSequence: head.revision,
    headers: marked.headers,
  });
  return run.heads.move(place, marked, ack.sequence);
}
