import assert from 'node:assert/strict';
import { streams, subjects } from '@trunkline/contracts';
import { counting, countingStage, type Told } from '../crash/counting-stage.ts';
import { judge, judgeFacts, type MessagesOf } from '../crash/judge.ts';
import { numberingLog } from '../crash/numbering-log.ts';
import { runKeyedLog } from '../keyed-log.ts';
import { createOverflowStore, overflowedBytesOf } from '../overflow/overflow-store.ts';
import { createOverflowing } from '../overflow/overflowing.ts';
import type { StoredMessage } from '../ports.ts';
import { presumeAbsent } from '../presuming-store.ts';
import { rememberDocuments } from '../remembering-store.ts';
import { runStage } from '../stage.ts';
import { createMemoryLog, createMemoryStreams, type MemoryStreams } from './memory-log.ts';
import { type MemoryObjects, memoryObjects, type WorldCall } from './memory-objects.ts';
import { createMemoryDatabase, createMemoryStore } from './memory-store.ts';
import { type Actor, createTurns, type Fate } from './turns.ts';

/** One case: what is told, in messages, and the choices that make the chaos. */
export interface LanesCase {
  readonly told: readonly (readonly Told[])[];
  /** What is told on another lane, whose stage is in the same process. */
  readonly beside: readonly (readonly Told[])[];
  readonly choices: ArrayLike<number>;
}

const lane = 0;
const laneBeside = 1;
const lanes = [lane, laneBeside];
/** One conversation fewer than there are. */
const remembered = { documents: [counting.counters], absences: [], mostEach: 2 };

/** An owner of the stage, on both lanes, or of the keyed log, which may be one too many. */
interface Owner {
  readonly isStage: boolean;
  readonly actor: Actor;
  /** By lane. */
  readonly leases: readonly AbortController[];
}

/**
 * Drives the product's own stage and keyed log over ports in memory: owners come, die and lose their leases at every await,
 * two at once, calls fail in every way. When the choices are used up nothing fails any more and one more owner of each
 * comes. Throws unless every fact was then said once, in order, with gapless numbers, and every key's messages are gapless.
 */
export async function checkLanes({ told, beside, choices }: LanesCase): Promise<void> {
  const turns = createTurns(choices);
  const outside: Actor = { name: 'outside', alive: true };
  const { wallMs } = turns.clockOf(outside);
  const shared = createMemoryStreams(
    { [streams.ingress]: ['ingress'], [streams.facts]: ['facts'], [streams.outbox]: ['outbox', 'outpos'] },
    wallMs,
  );
  const database = createMemoryDatabase();
  const objects: MemoryObjects = new Map();
  const failures: unknown[] = [];
  /** One key of three holds more than it may, now and then. */
  const overflowingOf = (actor: Actor) => {
    const call = (fates: readonly Fate[]) => (effect: () => unknown) => turns.call(actor, fates, effect);
    const store = createOverflowStore(
      memoryObjects(objects, { put: call(['lost', 'unanswered', 'late']) as WorldCall, ask: call([]) as WorldCall }),
    );
    let sealed = 0;
    return {
      nonce: () => {
        sealed += 1;
        return `${actor.name} ${sealed}`;
      },
      overflowing: createOverflowing({
        ...{ store, now: turns.clockOf(actor).now, onOverflowed: () => {}, onRefused: () => {} },
        share: { isOver: async (_lane, key, { bytes }) => key === 'x' && bytes % 3 > 0 },
      }),
    };
  };
  const owners: Owner[] = [];
  const spawn = (isStage: boolean) => {
    const actor = { name: `owner ${owners.length}`, alive: true };
    const leases = (isStage ? lanes : [lane]).map(() => new AbortController());
    owners.push({ isStage, actor, leases });
    const store = presumeAbsent(rememberDocuments(createMemoryStore(database, turns, actor), remembered));
    for (const [own, { signal }] of leases.entries()) {
      const dependencies = {
        log: createMemoryLog(shared, turns, actor),
        lease: { lane: own, owner: actor.name, signal, confirmedAgoMs: () => 0 },
        clock: turns.clockOf(actor),
      };
      const running = isStage
        ? runStage(countingStage('count'), { ...dependencies, store })
        : runKeyedLog(numberingLog('number', overflowingOf(actor)), { ...dependencies, keysAtOnce: 2 });
      running.catch((error: unknown) => failures.push(error));
    }
  };
  const waiting = [...told];
  const waitingBeside = beside.map((batch) => batch.map(asBeside));
  const tellNext = () => tell(shared, lane, waiting.shift() ?? []);
  const tellBeside = () => tell(shared, laneBeside, waitingBeside.shift() ?? []);
  const any = () => owners[turns.choose(owners.length)] as Owner;
  const events = [
    ...[tellNext, tellNext, tellNext, tellNext, tellBeside, tellBeside],
    () => turns.kill(any().actor),
    () => {
      const { leases } = any();
      leases[turns.choose(leases.length)]?.abort();
    },
    () => spawn(turns.choose(2) === 0),
  ];

  spawn(true);
  spawn(false);
  await turns.rest();
  tellNext();
  tellBeside();
  await turns.chaos(() => {
    events[turns.choose(events.length)]?.();
    // A lane without an owner gets one, as it would.
    for (const isStage of [true, false]) {
      const living = owners.filter((owner) => owner.isStage === isStage && owner.actor.alive);
      const isOwned = (own: number) => living.some(({ leases }) => leases[own]?.signal.aborted === false);
      if (!(isStage ? lanes : [lane]).every(isOwned)) spawn(isStage);
    }
  });
  for (const batch of waiting) tell(shared, lane, batch);
  for (const batch of waitingBeside) tell(shared, laneBeside, batch);
  await turns.rest();
  spawn(true);
  spawn(false);
  await turns.rest();
  for (const failure of failures) throw failure;
  assert.deepEqual(database.violations, []);
  const messagesOf = await opened(shared, objects);
  judge(messagesOf, lane);
  judgeFacts(messagesOf, laneBeside);
}

/** Lanes share no state: no tenant has two. */
function asBeside({ conversation, id, ...rest }: Told): Told {
  return { ...rest, conversation: `${conversation} beside`, id: `${id} beside` };
}

/** The streams, with every message whole. */
async function opened(shared: MemoryStreams, objects: MemoryObjects): Promise<MessagesOf> {
  const now: WorldCall = async (effect) => effect();
  const store = createOverflowStore(memoryObjects(objects, { put: now, ask: now }));
  const open = async (message: StoredMessage) => {
    if (overflowedBytesOf(message) === undefined) return message;
    const whole = await store.open(message);
    if (whole === undefined) throw new Error(`${message.subject} ${message.sequence} refers to what is not there`);
    return whole;
  };
  const outbox = await Promise.all(shared.of(streams.outbox).map(open));
  return (stream) => (stream === streams.outbox ? outbox : shared.of(stream));
}

function tell(shared: MemoryStreams, on: number, batch: readonly Told[]): void {
  if (batch.length > 0) shared.append(subjects.ingress(on), Buffer.from(JSON.stringify(batch)));
}
