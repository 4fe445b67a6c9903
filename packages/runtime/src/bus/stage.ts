import { subjects } from '@trunkline/contracts';
import { LaneAlarm, LaneEnded, LaneTakenOver } from './alarm.ts';
import { machineClock, pause } from './clock.ts';
import { createIntake, type Intake } from './intake.ts';
import { afterParking } from './park-window.ts';
import { patiently } from './patience.ts';
import type { InputItem, StageDefinition } from './ports.ts';
import { comparePositions } from './position.ts';
import { type CommitResult, commitItems, commitPosition, commitRest, type Decide } from './stage-commit.ts';
import { createDoubts, type Doubts } from './stage-doubts.ts';
import { createDueTimes, type DueTimes } from './stage-due.ts';
import { type StageDependencies, type StageRun, waitingOf } from './stage-run.ts';
import { publishStored, requireOwnership, settle } from './stage-settle.ts';

/** A micro-batch: Mongo's price is per transaction, so few and full, but nobody waits long for company. */
const rules = { items: 500, bytes: 512 * 1024, enough: 64, lingerMs: 10, idleMs: 50 };
/** A position at which nothing was said is stored at most so often. */
const storePositionMs = 1_000;

/**
 * Runs one lane of a stage until its lease ends or another owner took over. Decides micro-batches in order; decision,
 * position and the envelope's bytes are stored in one transaction, and the stored bytes are published before the next. A
 * crash between any two lines repeats bytes, never decisions. Waits while servers are down. Rejects with a LaneAlarm when
 * the lane must not go on until a person looked, and with whatever a definition threw that cannot be parked.
 */
export async function runStage<State>(
  definition: StageDefinition<State>,
  dependencies: StageDependencies,
): Promise<void> {
  const { lane } = dependencies.lease;
  try {
    await own(definition, dependencies);
    dependencies.events?.ended?.({ lane, reason: 'the lease ended' });
  } catch (error) {
    if (!(error instanceof LaneEnded)) throw error;
    if (error instanceof LaneTakenOver) dependencies.events?.fenced?.({ lane });
    dependencies.events?.ended?.({ lane, reason: error.message });
  }
}

async function own<State>(definition: StageDefinition<State>, dependencies: StageDependencies): Promise<void> {
  const { log, store, lease, clock = machineClock, events = {}, at } = dependencies;
  const { lane, signal, owner } = lease;
  const id = `${definition.name}.${lane}`;
  await using claim = await patiently(() => store.claim(id, owner), waitingOf({ lane, clock, signal, events }));
  await at?.('stage.claimed');
  const { record } = claim;
  const run: StageRun<State> = {
    ...{ definition, lane, id, log, claim, signal, clock, events, at },
    subject: subjects.facts(lane, definition.name),
    ...{ stored: record, revision: record.after, position: record.to, decided: record.decided },
  };
  await settle(run, record);
  const input = definition.input(lane);
  await requireInput(run, input.stream);
  events.tookOver?.({ lane, epoch: record.epoch, position: run.position });
  const { unpack } = definition;
  await using intake = createIntake({ log, clock, ...input, after: run.position, unpack, rules, signal });
  const due = createDueTimes(definition, lane, clock);
  await patiently(due.read, waitingOf(run));
  await work({
    run,
    intake,
    due,
    doubts: createDoubts(run),
    around: dependencies.around ?? ((_items, call) => call()),
  });
}

/** An input that ends before our position was lost, or restored from an older copy. */
async function requireInput<State>(run: StageRun<State>, stream: string): Promise<void> {
  const last = await patiently(() => run.log.lastSequence(stream), waitingOf(run));
  const { sequence } = run.position;
  if (last < sequence)
    throw new LaneAlarm('stream_lost', `${stream} ends at ${last}, ${run.id} read up to ${sequence}`);
}

interface Working<State> {
  readonly run: StageRun<State>;
  readonly intake: Intake;
  readonly due: DueTimes;
  readonly doubts: Doubts;
  readonly around: NonNullable<StageDependencies['around']>;
}

async function work<State>(working: Working<State>): Promise<void> {
  const { run, intake, due, doubts, around } = working;
  const { clock, signal } = run;
  let storedAtMs = clock.now();
  /** So many items are decided one by one, because one of them throws. */
  let alone = 0;
  while (!signal.aborted) {
    if (run.stored.to.output > 0) {
      const result = await patiently(() => commitRest(run), waitingOf(run));
      await conclude(working, result, { startedAtMs: clock.now(), items: 1 });
      continue;
    }
    const isAhead = comparePositions(run.position, run.stored.to) > 0;
    const storeAtMs = isAhead ? storedAtMs + storePositionMs : Number.POSITIVE_INFINITY;
    const taken = await intake.take(Math.min(storeAtMs, due.atMs()));
    const startedAtMs = clock.now();
    if (taken.length > 0) {
      const items = alone > 0 ? taken.slice(0, 1) : taken;
      const result = await around(items, () => advance(working, items));
      if (result === 'alone') {
        alone = items.length;
        continue;
      }
      alone = Math.max(alone - (result === 'doubtful' ? 0 : items.length), doubts.mustBeAlone ? taken.length : 0);
      if (result === 'stored') storedAtMs = clock.now();
    } else if (startedAtMs >= storeAtMs) {
      const result = await patiently(() => commitPosition(run), waitingOf(run));
      await conclude(working, result, { startedAtMs, items: 1 });
      storedAtMs = clock.now();
    }
    await due.fire().catch((error: unknown) => run.events.waiting?.({ lane: run.lane, error, delayMs: 1_000 }));
  }
  if (comparePositions(run.position, run.stored.to) > 0) await commitPosition(run).catch(() => {});
}

/** Decides, stores and publishes a micro-batch. */
async function advance<State>(
  working: Working<State>,
  items: readonly InputItem[],
): Promise<CommitResult['kind'] | 'alone'> {
  const startedAtMs = working.run.clock.now();
  const result = await decideOrPark(working.run, items);
  if (result === 'alone') return result;
  await conclude(working, result, { startedAtMs, items: items.length });
  return result.kind;
}

/** Decides items. One that cannot be decided is parked; where it is among others, they are to be decided one by one. */
async function decideOrPark<State>(run: StageRun<State>, items: readonly InputItem[]): Promise<CommitResult | 'alone'> {
  const { definition } = run;
  const decide: Decide = async (taken, reader) => definition.decide(taken, await definition.read(taken, reader));
  try {
    return await patiently(() => commitItems(run, items, decide), waitingOf(run));
  } catch (error) {
    if (error instanceof LaneAlarm || error instanceof LaneEnded) throw error;
    const [item] = items;
    return item === undefined || items.length > 1 ? 'alone' : await park(run, item, error);
  }
}

async function park<State>(run: StageRun<State>, item: InputItem, error: unknown): Promise<CommitResult> {
  const window = afterParking({ decided: run.decided, parked: run.stored.parked });
  if (window === undefined) throw new LaneAlarm('poisoned', `${run.id}: too many items cannot be decided`, error);
  run.events.parked?.({ lane: run.lane, position: item.position, error });
  const decide: Decide = async () => run.definition.park(item, error);
  try {
    return await patiently(() => commitItems(run, [item], decide, window), waitingOf(run));
  } catch (cause) {
    if (cause instanceof LaneAlarm || cause instanceof LaneEnded) throw cause;
    throw new LaneAlarm('poisoned', `${run.id}: an item can neither be decided nor parked`, cause);
  }
}

/** Publishes what is stored and moves on. */
async function conclude<State>(
  working: Working<State>,
  result: CommitResult,
  { startedAtMs, items }: { readonly startedAtMs: number; readonly items: number },
): Promise<void> {
  const { run, intake, due, doubts } = working;
  const { lane, clock, signal, events, decided } = run;
  if (result.kind === 'doubtful') {
    const former = run.stored.to;
    await settle(run, await requireOwnership(run));
    intake.drop(run.position);
    const isMoved = comparePositions(run.stored.to, former) > 0;
    return await pause(clock, doubts.failed(result.error, items, isMoved), signal);
  }
  doubts.over();
  if (result.kind === 'silent') {
    run.position = result.through;
    run.decided += result.items;
  } else {
    await publishStored(run, result.record);
    run.position = result.record.to;
    run.decided = result.record.decided;
    const outputs = result.decision.outputs.flat().length;
    const durationMs = clock.now() - startedAtMs;
    events.committed?.({ lane, items: run.decided - decided, outputs, position: run.position, durationMs });
  }
  intake.drop(run.position);
  due.note(result.decision.dueAtMs);
  await patiently(due.readIfFired, waitingOf(run));
}
