import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { lanes as allLanes, buckets } from '@trunkline/contracts';
import { pause } from '../deadline.ts';
import { nextBeat } from './beat.ts';
import { type HeldLane, type LaneWork, takeLane } from './held-lane.ts';
import { laneShare, lanesToTake, laneToGiveBack, memberText } from './lane-share.ts';
import { type LeaseView, memberKey, watchLeases } from './lease-view.ts';
import type { LogPort } from './ports.ts';
import { operationHeader } from './watch-bucket.ts';

/** What {@link runLanes} wants. */
export interface LanesOptions {
  readonly nats: NatsConnection;
  readonly bus: LogPort;
  /** Lanes are shared among the instances of one service. */
  readonly service: string;
  /** Id of this instance: unique among all that run. */
  readonly instance: string;
  /** Those that this instance may take; all by default. */
  readonly lanes?: readonly number[];
  readonly signal: AbortSignal;
  /** How long a lane is left alone that only a newer version can work, unless somebody has it; a minute by default. */
  readonly leftAloneMs?: number;
  /** Hears which lanes are ours, whenever that changes, in order. */
  readonly onOwned?: (lanes: readonly number[]) => void;
  /** Hears of what fails: a lane's worker, a renewal, the bus. */
  readonly onTrouble?: (error: unknown, lane?: number) => void;
}

/** How soon it is looked again at what may not be done yet. */
const tickMs = 250;
const releaseEveryMs = 1_000;
const usualLeftAloneMs = 60_000;

/**
 * Shares the lanes of a service among its instances until the signal, and runs one worker for each lane that is ours. An
 * instance holds at most its fair share (lanes through members, rounded up): what is above it is given back, one lane a
 * second; what is below it is taken as soon as it is free; nothing is stolen. A worker is stopped by its lease's signal, and
 * started again when it fails. A lane that only a newer version can work is given back and left alone for a while: the others are
 * told, and one of them takes it at once, beyond its share if need be: then it gives another one back. When this resolves every lane is released. Never rejects.
 */
export async function runLanes(options: LanesOptions, work: LaneWork): Promise<void> {
  const { nats, bus, service, instance, signal, onOwned, onTrouble } = options;
  const lanes = options.lanes ?? allLanes;
  const token = `${instance} ${randomUUID()}`;
  const held = new Map<number, HeldLane>();
  let wake = () => {};
  const watchEnd = new AbortController();
  const view = watchLeases(nats, { service, instance, signal: watchEnd.signal, onChange: () => wake(), onTrouble });

  const leftAlone = lanesLeftAlone(view, options.leftAloneMs ?? usualLeftAloneMs);
  const onYield = async (lane: number) => {
    leftAlone.add(lane);
    await tellMember(options, leftAlone.present());
  };

  const tellOwned = () => onOwned?.([...held.keys()].toSorted((a, b) => a - b));
  const take = async (lane: number, revision: number, wasReleased: boolean) => {
    const wanted = { bus, service, lane, instance, token, work, onYield, onTrouble };
    const taken = await takeLane(wanted, revision, wasReleased);
    if (taken === undefined) return;
    held.set(lane, taken);
    tellOwned();
    void taken.ended.then(() => {
      if (held.get(lane) !== taken) return;
      held.delete(lane);
      tellOwned();
      wake();
    });
  };

  signal.addEventListener('abort', () => wake(), { once: true });
  const membership = stayMember(options, leftAlone.present);
  await Promise.race([view.loaded, aborted(signal)]);
  let releasing: Promise<void> | undefined;
  while (!signal.aborted) {
    const next = Promise.withResolvers<void>();
    wake = next.resolve;
    const own = leftAlone.present();
    const allowed = laneShare(lanes, own, view.others());
    const free = freeLanes(lanes, held, view, token).filter(({ lane }) => !own.has(lane));
    const holding = new Set(held.keys());
    const taking = lanesToTake(free, allowed, holding);
    const spare = held.get(laneToGiveBack(allowed, holding) ?? -1);
    if (spare !== undefined) {
      releasing ??= releaseOne(spare, signal).then(() => {
        releasing = undefined;
        wake();
      });
    }
    await Promise.all(taking.map((lane) => take(lane.lane, lane.revision, lane.wasReleased).catch(onTrouble)));
    const isDone = free.length === 0 && own.size === 0;
    await wokenWithin(next.promise, isDone ? Math.max(tickMs, view.nextEndMs()) : tickMs);
  }
  await Promise.all([...[...held.values()].map((lane) => lane.release()), releasing, membership]);
  watchEnd.abort();
  await view.watching;
}

async function wokenWithin(woken: Promise<void>, limitMs: number): Promise<void> {
  const rest = new AbortController();
  await Promise.race([woken, pause(limitMs, rest.signal)]);
  rest.abort();
}

/** Gives one lane back, and lets a second pass before the next. */
async function releaseOne(lane: HeldLane, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  await lane.release();
  await pause(Math.max(0, releaseEveryMs - (performance.now() - startedAt)), signal);
}

/** A lane that nobody holds, and what taking it expects. */
interface FreeLane {
  readonly lane: number;
  readonly revision: number;
  readonly wasReleased: boolean;
}

function freeLanes(
  lanes: readonly number[],
  held: ReadonlyMap<number, HeldLane>,
  view: LeaseView,
  token: string,
): FreeLane[] {
  return lanes.flatMap((lane): FreeLane[] => {
    if (held.has(lane)) return [];
    const seen = view.leaseOf(lane);
    if (seen === undefined) return [{ lane, revision: 0, wasReleased: false }];
    if (seen.token === undefined) return [{ lane, revision: seen.revision, wasReleased: true }];
    // Taken by us, and the answer was lost.
    return seen.token === token ? [{ lane, revision: seen.revision, wasReleased: false }] : [];
  });
}

/**
 * The lanes that this instance leaves alone because only a newer version can work them: for so long, and then as long as somebody
 * has them, so that it does not take part in what it cannot do.
 */
function lanesLeftAlone(view: LeaseView, forMs: number) {
  const until = new Map<number, number>();
  return {
    add: (lane: number) => void until.set(lane, performance.now() + forMs),
    present: (): ReadonlySet<number> => {
      for (const [lane, endsAt] of until) {
        if (performance.now() >= endsAt && view.leaseOf(lane)?.token === undefined) until.delete(lane);
      }
      return new Set(until.keys());
    },
  };
}

/** Tells the others that this instance is there, until the signal; then that it is not. */
async function stayMember(options: LanesOptions, leftAlone: () => ReadonlySet<number>): Promise<void> {
  const { bus, signal, onTrouble } = options;
  while (!signal.aborted) {
    await tellMember(options, leftAlone());
    await nextBeat(signal);
  }
  const gone = { timeoutMs: 1_000, headers: { [operationHeader]: 'DEL' } };
  await bus.publish(memberSubject(options), new Uint8Array(), gone).catch((error) => onTrouble?.(error));
}

async function tellMember(options: LanesOptions, leftAlone: ReadonlySet<number>): Promise<void> {
  const { bus, instance, onTrouble } = options;
  const text = Buffer.from(memberText(instance, leftAlone));
  await bus.publish(memberSubject(options), text, { timeoutMs: 1_000 }).catch((error) => onTrouble?.(error));
}

function memberSubject({ service, instance }: LanesOptions): string {
  return `$KV.${buckets.owners}.${memberKey(service, instance)}`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
