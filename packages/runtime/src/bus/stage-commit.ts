import type { Position } from '@trunkline/contracts';
import { LaneAlarm } from './alarm.ts';
import { afterItems, type ParkWindow } from './park-window.ts';
import type { Decision, InputItem, StateReader, StateWrite } from './ports.ts';
import { comparePositions, formatPosition } from './position.ts';
import { cutOutputs, envelopeOf, fittingItems } from './stage-envelopes.ts';
import type { StageRun } from './stage-run.ts';
import { requireOwnership } from './stage-settle.ts';
import {
  restId,
  type StageRecord,
  type StageRest,
  type StageTransaction,
  type TransactionOutcome,
} from './stage-store.ts';

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
  const outcome = await run.claim.transaction(async (transaction) => {
    prepared = await prepare(run, items, { decide, transaction, window });
    await run.at?.('stage.read');
    const { record, writes } = prepared;
    if (record.out === undefined && writes.length === 0 && window === undefined) return false;
    return await store(run, transaction, record, writes);
  });
  if (prepared === undefined || isUnknown(outcome)) return doubtful(outcome);
  const { decision, record } = prepared;
  if (outcome === 'committed') return { kind: 'stored', record, decision };
  // Aborted: either there was nothing to store, or the record was not the one that we knew.
  const isSilent = record.out === undefined && prepared.writes.length === 0 && window === undefined;
  return isSilent ? { kind: 'silent', through: record.to, items: prepared.items, decision } : { kind: 'doubtful' };
}

/** Stores the next envelope of an item whose outputs had to be cut. Nothing is decided again. */
export async function commitRest<State>(run: StageRun<State>): Promise<CommitResult> {
  const { stored, claim } = run;
  const _id = restId(run.id, stored.to.output);
  let record: StageRecord | undefined;
  const outcome = await claim.transaction(async (transaction) => {
    const rest = (await transaction.find<StageRest>(claim.collection, [_id])).get(_id);
    if (rest === undefined) return false;
    record = { ...stored, from: stored.to, to: rest.to, out: rest.out, after: run.revision };
    return await store(run, transaction, record, [{ collection: claim.collection, delete: _id }]);
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
  const outcome = await run.claim.transaction((transaction) => store(run, transaction, record, []));
  return outcome === 'committed' ? { kind: 'stored', record, decision: nothing } : doubtful(outcome);
}

function isUnknown(outcome: TransactionOutcome): boolean {
  return outcome === 'unknown' || typeof outcome === 'object';
}

function doubtful(outcome: TransactionOutcome): CommitResult {
  return typeof outcome === 'object' ? { kind: 'doubtful', error: outcome.unknown } : { kind: 'doubtful' };
}

async function store<State>(
  run: StageRun<State>,
  transaction: StageTransaction,
  record: StageRecord,
  writes: readonly StateWrite[],
): Promise<boolean> {
  const { epoch, to } = run.stored;
  if (!(await transaction.replace({ epoch, to }, record))) return false;
  await transaction.apply(writes);
  await run.at?.('stage.transaction');
  return true;
}

interface Deciding {
  readonly decide: Decide;
  readonly transaction: StageTransaction;
  readonly window: ParkWindow | undefined;
}

/** Decides as many of the items as one envelope holds. */
async function prepare<State>(
  run: StageRun<State>,
  items: readonly InputItem[],
  { decide, transaction, window }: Deciding,
): Promise<Prepared> {
  for (let taken = items; ; ) {
    const decision = await decide(taken, transaction);
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
