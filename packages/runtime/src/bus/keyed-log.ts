import type { Position } from '@trunkline/contracts';
import { LaneAlarm, LaneEnded } from './alarm.ts';
import { machineClock } from './clock.ts';
import { createIntake } from './intake.ts';
import { createKeyedHeads } from './keyed-heads.ts';
import { createKeyedPosition, type KeyedPosition } from './keyed-position.ts';
import { routeItems } from './keyed-route.ts';
import type { KeyedLogDependencies, KeyedRun, RoutedItem } from './keyed-run.ts';
import { writeKey } from './keyed-write.ts';
import { patiently } from './patience.ts';
import type { InputItem, KeyedLogDefinition } from './ports.ts';
import { comparePositions, laterOf } from './position.ts';
import { waitingOf } from './stage-run.ts';

/** A micro-batch: facts come in envelopes already, so nothing is gained by waiting for more. */
const rules = { items: 1_000, bytes: 1024 * 1024, enough: 1, lingerMs: 0, idleMs: 0 };
const keysAtOnce = 64;
/** The position is stored at most so often: repeats after a crash fall to the heads. */
const storePositionMs = 1_000;
/** And so often where nothing was for this log: all that a crash costs then is to step over the same again. */
const storeSteppedMs = 5_000;

/**
 * Runs one lane of a keyed log until its lease ends. Each key's items are written in order, once, gapless: a message carries
 * the position of its last item, and is stored only behind the message that its head was read from. Waits while servers are
 * down. Rejects with a LaneAlarm when the lane must not go on until a person looked.
 */
export async function runKeyedLog<Item>(
  definition: KeyedLogDefinition<Item>,
  dependencies: KeyedLogDependencies,
): Promise<void> {
  const { lane } = dependencies.lease;
  try {
    await own(definition, dependencies);
    dependencies.events?.ended?.({ lane, reason: 'the lease ended' });
  } catch (error) {
    if (!(error instanceof LaneEnded)) throw error;
    dependencies.events?.ended?.({ lane, reason: error.message });
  }
}

async function own<Item>(definition: KeyedLogDefinition<Item>, dependencies: KeyedLogDependencies): Promise<void> {
  const { log, lease, clock = machineClock, events = {}, at } = dependencies;
  const { lane, signal } = lease;
  const keepsLast = definition.ignoresLast !== true;
  const heads = createKeyedHeads(log, { nowMs: () => clock.wallMs(), keepsLast });
  const window = { decided: 0, parked: [] };
  const run: KeyedRun<Item> = { definition, lane, log, signal, clock, events, at, heads, window };
  const place = createKeyedPosition(log, definition.positionStream, definition.positionSubject(lane));
  const after = await patiently(place.read, waitingOf(run));
  const input = definition.input(lane);
  await requireInput(run, input.stream, after);
  events.tookOver?.({ lane, epoch: 0, position: after });
  await using intake = createIntake({ log, clock, ...input, after, unpack: definition.unpack, rules, signal });

  let position = after;
  let storedAtMs = clock.now();
  let storeEveryMs = storeSteppedMs;
  while (!signal.aborted) {
    const isAhead = comparePositions(position, place.stored()) > 0;
    const storeAtMs = isAhead ? storedAtMs + storeEveryMs : Number.POSITIVE_INFINITY;
    const items = await intake.take(storeAtMs);
    if (items.length > 0) {
      const call = () => writeItems(run, items, dependencies.keysAtOnce ?? keysAtOnce);
      position = await (dependencies.around?.(items, call) ?? call());
      intake.drop(position);
      storeEveryMs = storePositionMs;
      await at?.('keyed.confirmed');
    }
    position = laterOf(position, intake.steppedOver());
    if (clock.now() < storeAtMs) continue;
    await storePosition(run, place, position);
    storedAtMs = clock.now();
    storeEveryMs = storeSteppedMs;
  }
  await storePosition(run, place, position);
}

/** An input that ends before our position was lost, or restored from an older copy. */
async function requireInput<Item>(run: KeyedRun<Item>, stream: string, { sequence }: Position): Promise<void> {
  const last = await patiently(() => run.log.lastSequence(stream), waitingOf(run));
  const name = `${run.definition.name}.${run.lane}`;
  if (last < sequence) throw new LaneAlarm('stream_lost', `${stream} ends at ${last}, ${name} read up to ${sequence}`);
}

async function storePosition<Item>(run: KeyedRun<Item>, place: KeyedPosition, position: Position): Promise<void> {
  await place.store(position);
  await run.at?.('keyed.position');
}

/** Writes a micro-batch, several keys at once; returns the position behind it when all are confirmed. */
async function writeItems<Item>(
  run: KeyedRun<Item>,
  items: readonly InputItem[],
  keysAtOnce: number,
): Promise<Position> {
  const startedAtMs = run.clock.now();
  const keys = (await routeItems(run, items)).entries();
  // Waits for all, so that nothing goes on behind the back of a lane that stopped.
  const ends = await Promise.allSettled(Array.from({ length: keysAtOnce }, () => writeKeys(run, keys)));
  const outputs = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
  const position = (items.at(-1) as InputItem).position;
  run.events.committed?.({
    ...{ lane: run.lane, items: items.length, position, durationMs: run.clock.now() - startedAtMs },
    outputs: outputs.reduce((sum, count) => sum + count, 0),
  });
  return position;
}

/** One of several that share the keys. */
async function writeKeys<Item>(
  run: KeyedRun<Item>,
  keys: IterableIterator<[string, readonly RoutedItem<Item>[]]>,
): Promise<number> {
  let written = 0;
  for (const [key, items] of keys) written += await writeKey(run, key, items);
  return written;
}
