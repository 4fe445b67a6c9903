import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { lanes as allLanes, buckets } from '@trunkline/contracts';
import { pause } from '../deadline.ts';
import { type HeldLane, type LaneWork, takeLane } from './held-lane.ts';
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
  /** Hears which lanes are ours, whenever that changes, in order. */
  readonly onOwned?: (lanes: readonly number[]) => void;
  /** Hears of what fails: a lane's worker, a renewal, the bus. */
  readonly onTrouble?: (error: unknown, lane?: number) => void;
}

const tickMs = 250;
const memberMs = 1_500;
const releaseEveryMs = 1_000;

/**
 * Shares the lanes of a service among its instances until the signal, and runs one worker for each lane that is ours. An
 * instance holds at most its fair share (lanes through members, rounded up): what is above it is given back, one lane a
 * second; what is below it is taken as soon as it is free; nothing is stolen. A worker is stopped by its lease's signal, and
 * started again when it fails. When this resolves every lane is released. Never rejects.
 */
export async function runLanes(options: LanesOptions, work: LaneWork): Promise<void> {
  const { nats, bus, service, instance, signal, onOwned, onTrouble } = options;
  const lanes = options.lanes ?? allLanes;
  const token = `${instance} ${randomUUID()}`;
  const held = new Map<number, HeldLane>();
  let wake = () => {};
  const watchEnd = new AbortController();
  const view = watchLeases(nats, { service, instance, signal: watchEnd.signal, onChange: () => wake(), onTrouble });

  const tellOwned = () => onOwned?.([...held.keys()].toSorted((a, b) => a - b));
  const take = async (lane: number, revision: number, wasReleased: boolean) => {
    const wanted = { bus, service, lane, instance, token, work, onTrouble };
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
  const membership = stayMember(options, signal);
  await Promise.race([view.loaded, aborted(signal)]);
  let releasing: Promise<void> | undefined;
  while (!signal.aborted) {
    const next = Promise.withResolvers<void>();
    wake = next.resolve;
    const share = Math.ceil(lanes.length / view.members());
    if (held.size > share) {
      releasing ??= releaseOne(held, signal).then(() => {
        releasing = undefined;
      });
    } else {
      const free = freeLanes(lanes, held, view, token).slice(0, share - held.size);
      await Promise.all(free.map((lane) => take(lane.lane, lane.revision, lane.wasReleased).catch(onTrouble)));
    }
    const rest = new AbortController();
    await Promise.race([next.promise, pause(tickMs, rest.signal)]);
    rest.abort();
  }
  await Promise.all([...[...held.values()].map((lane) => lane.release()), releasing, membership]);
  watchEnd.abort();
  await view.watching;
}

/** Gives one lane back, and lets a second pass before the next. */
async function releaseOne(held: ReadonlyMap<number, HeldLane>, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const last = [...held.values()].at(-1);
  await last?.release();
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

/** Tells the others that this instance is there, until the signal; then that it is not. */
async function stayMember({ bus, service, instance, onTrouble }: LanesOptions, signal: AbortSignal): Promise<void> {
  const subject = `$KV.${buckets.owners}.${memberKey(service, instance)}`;
  while (!signal.aborted) {
    await bus.publish(subject, Buffer.from(instance), { timeoutMs: 1_000 }).catch((error) => onTrouble?.(error));
    await pause(memberMs, signal);
  }
  const gone = { timeoutMs: 1_000, headers: { [operationHeader]: 'DEL' } };
  await bus.publish(subject, new Uint8Array(), gone).catch((error) => onTrouble?.(error));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
