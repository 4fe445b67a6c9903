import type { Position } from '@trunkline/contracts';
import { LaneAlarm } from './alarm.ts';
import { afterItems, type ParkWindow } from './park-window.ts';
import type { Decision, InputItem, StateReader, StateWrite } from './ports.ts';
import { comparePositions, formatPosition } from './position.ts';
import { cutOutputs, envelopeOf, fittingItems } from './stage-envelopes.ts';
import type { StageRun } from './stage-run.ts';
import { requireOwnership } from './stage-settle.ts';
import { type CommitOutcome, restId, type StageChange, type StageRecord, type StageRest } from './stage-store.ts';

/** How items are decided: by the definition, or by parking one. */
export type Decide = (items: readonly InputItem[], reader: StateReader) => Promise<Decision>;

/** What became of a micro-batch. */
export type CommitResult =
  /** Stored: publish it. */
  | { readonly kind: 'stored'; readonly record: StageRecord; readonly decision: Decision }
  /** Nothing to store and nothing to say. */
  | { readonly kind: 'silent'; readonly through: Position; readonly items: number; readonly decision: Decision }
  /** Only the record can tell what is stored, and whose the lane is; `error`: why the commit has no answer. */
  | { readonly kind: 'doubtful'; readonly error?: unknown };

const nothing: Decision = { writes: [], outputs: [] };

/** A decision with what is to be stored of it. */
interface Prepared {
  readonly decision: Decision;
  readonly record: StageRecord;
  readonly writes: readonly StateWrite[];
  readonly items: number;
}

/**
 * Decides items and stores decision, position and envelope in one transaction. Takes fewer than given when their outputs
 * exceed an envelope. Rejects with what deciding threw, and with `unavailable` when nothing is stored.
 */
export async function commitItems<State>(
  run: StageRun<State>,
  items: readonly InputItem[],
  decide: Decide,
  window?: ParkWindow,
): Promise<CommitResult> {
  let prepared: Prepared | undefined;
  const outcome = await run.claim.commit(async (reader) => {
    prepared = await prepare(run, items, { decide, reader, window });
    return isSilent(prepared, window) ? undefined : await changeOf(run, prepared);
  });
  if (prepared === undefined || isUnknown(outcome)) return doubtful(outcome);
  const { decision, record } = prepared;
  if (outcome === 'committed') return { kind: 'stored', record, decision };
  // Aborted: either there was nothing to store, or the record was not the one that we knew.
  return isSilent(prepared, window)
    ? { kind: 'silent', through: record.to, items: prepared.items, decision }
    : { kind: 'doubtful' };
}

function isSilent({ record, writes }: Prepared, window: ParkWindow | undefined): boolean {
  return record.out === undefined && writes.length === 0 && window === undefined;
}

/** Stores the next envelope of an item whose outputs had to be cut. Nothing is decided again. */
export async function commitRest<State>(run: StageRun<State>): Promise<CommitResult> {
  const { stored, claim } = run;
  const _id = restId(run.id, stored.to.output);
  let record: StageRecord | undefined;
  const outcome = await claim.commit(async (reader) => {
    const rest = (await reader.find<StageRest>(claim.collection, [_id])).get(_id);
    if (rest === undefined) return undefined;
    record = { ...stored, from: stored.to, to: rest.to, out: rest.out, after: run.revision };
    return await changeOf(run, { record, writes: [{ collection: claim.collection, delete: _id }] });
  });
  if (outcome === 'committed' && record) return { kind: 'stored', record, decision: nothing };
  if (outcome === 'aborted' && record === undefined) await requireMoved(run);
  return doubtful(outcome);
}

/** A rest that is not there was published, by us or by another owner; otherwise the store lost it. */
async function requireMoved<State>(run: StageRun<State>): Promise<void> {
  const { to } = await requireOwnership(run);
  if (comparePositions(to, run.stored.to) === 0)
    throw new LaneAlarm('forked', `${run.id} lost outputs of ${formatPosition(to)}`);
}

/** Stores how far we are, where nothing had to be said for a while. */
export async function commitPosition<State>(run: StageRun<State>): Promise<CommitResult> {
  const { stored, position, decided, revision } = run;
  const record = { ...stored, from: stored.to, to: position, out: undefined, after: revision, decided };
  const outcome = await run.claim.commit(() => changeOf(run, { record, writes: [] }));
  return outcome === 'committed' ? { kind: 'stored', record, decision: nothing } : doubtful(outcome);
}

function isUnknown(outcome: CommitOutcome): boolean {
  return outcome === 'unknown' || typeof outcome === 'object';
}

function doubtful(outcome: CommitOutcome): CommitResult {
  return typeof outcome === 'object' ? { kind: 'doubtful', error: outcome.unknown } : { kind: 'doubtful' };
}

async function changeOf<State>(
  run: StageRun<State>,
  { record, writes }: Pick<Prepared, 'record' | 'writes'>,
): Promise<StageChange> {
  await run.at?.('stage.read');
  const { epoch, to } = run.stored;
  return { expected: { epoch, to }, record, writes };
}

interface Deciding {
  readonly decide: Decide;
  readonly reader: StateReader;
  readonly window: ParkWindow | undefined;
}

/** Decides as many of the items as one envelope holds. */
async function prepare<State>(
  run: StageRun<State>,
  items: readonly InputItem[],
  { decide, reader, window }: Deciding,
): Promise<Prepared> {
  for (let taken = items; ; ) {
    const decision = await decide(taken, reader);
    const fitting = fittingItems(decision.outputs);
    if (fitting >= decision.outputs.length || taken.length <= 1) {
      const counts = window ?? afterItems({ decided: run.decided, parked: run.stored.parked }, taken.length);
      return { decision, items: taken.length, ...prepareRecord(run, taken, decision, counts) };
    }
    taken = taken.slice(0, Math.max(fitting, 1));
  }
}

function prepareRecord<State>(
  run: StageRun<State>,
  items: readonly InputItem[],
  decision: Decision,
  { decided, parked }: ParkWindow,
): Pick<Prepared, 'record' | 'writes'> {
  const from = run.stored.to;
  const origin = { stage: run.definition.name, lane: run.lane, epoch: run.stored.epoch };
  const to = items.at(-1)?.position ?? from;
  const record = { epoch: origin.epoch, from, after: run.revision, decided, parked };
  if (fittingItems(decision.outputs) === decision.outputs.length) {
    return {
      record: { ...record, to, out: envelopeOf(origin, from, to, decision.outputs.flat()) },
      writes: decision.writes,
    };
  }
  const [first, ...others] = cutOutputs(origin, from, to, decision.outputs.flat());
  let output = first?.to.output ?? 0;
  const rests = others.map((other): StateWrite => {
    const put: StageRest = { _id: restId(run.id, output), ...other };
    output = other.to.output;
    return { collection: run.claim.collection, put };
  });
  return { record: { ...record, to: first?.to ?? to, out: first?.out }, writes: [...decision.writes, ...rests] };
}
