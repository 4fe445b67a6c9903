import { bucketStream, buckets } from '@trunkline/contracts';
import { backoffMs, pause } from '../deadline.ts';
import { leaseMs } from '../provision/bus-table.ts';
import { LaneAlarm, LaneEnded } from './alarm.ts';
import { nextBeat } from './beat.ts';
import { leaseKey } from './lease-view.ts';
import { type Lease, type LogPort, WrongLastSequence } from './ports.ts';
import { operationHeader } from './watch-bucket.ts';

/** A lease as the worker of a lane gets it. */
export interface LaneLease extends Lease {
  /**
   * True when the former owner released it cleanly: nothing of it is under way any more. False: it may have died in the
   * middle of a call, or there never was one.
   */
  readonly wasReleased: boolean;
}

/** What works on a lane until its lease's signal. */
export type LaneWork = (lease: LaneLease) => Promise<void>;

/** What a held lane needs. */
export interface HeldLaneOptions {
  readonly bus: LogPort;
  readonly service: string;
  readonly lane: number;
  readonly instance: string;
  /** What stands in the lease: this instance, in this life. */
  readonly token: string;
  readonly work: LaneWork;
  /** The lane is about to be given back, for an instance of a newer version to take it. Never rejects, nor waits long. */
  readonly onYield?: ((lane: number) => Promise<void>) | undefined;
  readonly onTrouble?: ((error: unknown, lane: number) => void) | undefined;
}

/** A lane that is ours as long as its lease is renewed. */
export interface HeldLane {
  readonly lane: number;
  /** Stops the worker, waits for it, and gives the lease back; not cleanly if the worker does not end in time. Never rejects. */
  release(): Promise<void>;
  /** Resolves when the lease is ours no more and the worker has ended. Never rejects. */
  readonly ended: Promise<void>;
}

const answerMs = 1_000;
/** Longest wait for a worker that was told to stop. */
const stopMs = 10_000;
/** A worker that ran so long before it failed is not one that fails again and again. */
export const wellAfterMs = 60_000;

/** Takes a lane whose subject's last sequence is `revision`. Undefined when another was faster; rejects without an answer. */
export async function takeLane(
  options: HeldLaneOptions,
  revision: number,
  wasReleased: boolean,
): Promise<HeldLane | undefined> {
  const sentAt = performance.now();
  try {
    const { sequence } = await options.bus.publish(subjectOf(options), Buffer.from(options.token), {
      expectLastSubjectSequence: revision,
      timeoutMs: answerMs,
    });
    return hold(options, { revision: sequence, confirmedAt: sentAt }, wasReleased);
  } catch (error) {
    if (error instanceof WrongLastSequence) return undefined;
    throw error;
  }
}

/** The server removes a lease that is not renewed; these are the last revision that is ours and when its renewal was sent. */
interface Confirmed {
  revision: number;
  confirmedAt: number;
}

function hold(options: HeldLaneOptions, confirmed: Confirmed, wasReleased: boolean): HeldLane {
  const { lane, instance, onTrouble } = options;
  const lost = new AbortController();
  const stopping = new AbortController();
  const signal = AbortSignal.any([lost.signal, stopping.signal]);
  const confirmedAgoMs = () => performance.now() - confirmed.confirmedAt;
  const lease: LaneLease = { lane, owner: instance, signal, wasReleased, confirmedAgoMs };
  const lose = () => lost.abort(new LaneEnded(`the lease on lane ${lane} is lost`));
  let expiry = setTimeout(lose, leaseMs - confirmedAgoMs());
  const postpone = () => {
    clearTimeout(expiry);
    expiry = setTimeout(lose, leaseMs - confirmedAgoMs());
  };
  const renewing = renew(options, confirmed, lost.signal, { confirmed: postpone, lost: lose });
  const working = workUntil(options, lease);
  const ended = working.then(async (isYielded) => {
    if (isYielded && !signal.aborted) {
      await options.onYield?.(lane);
      await release();
    } else if (!stopping.signal.aborted) lose();
    await renewing;
    clearTimeout(expiry);
  });
  const giveUp = async () => {
    stopping.abort(new LaneEnded(`the lane ${lane} is released`));
    const isStopped = await endsWithin(working, stopMs);
    if (!isStopped) onTrouble?.(new Error(`the worker of lane ${lane} did not stop within ${stopMs} ms`), lane);
    const isOurs = !lost.signal.aborted;
    lose();
    await renewing;
    if (isStopped && isOurs) await giveBack(options, confirmed).catch((error) => onTrouble?.(error, lane));
  };
  let released: Promise<void> | undefined;
  const release = () => {
    released ??= giveUp();
    return released;
  };
  return { lane, release, ended };
}

/**
 * Runs the work again and again until the lease's signal: what fails is told and tried again, an alarm waits for a person. True: the
 * lane is for an instance of a newer version.
 */
async function workUntil({ work, lane, onTrouble }: HeldLaneOptions, lease: LaneLease): Promise<boolean> {
  for (let failures = 1; !lease.signal.aborted; failures += 1) {
    const startedAt = performance.now();
    try {
      await work(lease);
    } catch (error) {
      if (!lease.signal.aborted) onTrouble?.(error, lane);
      if (error instanceof LaneAlarm) {
        if (error.alarm === 'newer_format') return true;
        // Whoever took the lane next would only raise it again.
        await aborted(lease.signal);
        return false;
      }
    }
    // What ran for a while is well: its next failure is a first one.
    if (performance.now() - startedAt >= wellAfterMs) failures = 1;
    await pause(backoffMs(failures, 250, 30_000, Math.random()), lease.signal);
  }
  return false;
}

async function renew(
  options: HeldLaneOptions,
  confirmed: Confirmed,
  signal: AbortSignal,
  tell: { readonly confirmed: () => void; readonly lost: () => void },
): Promise<void> {
  for (;;) {
    await nextBeat(signal);
    if (signal.aborted) return;
    const sentAt = performance.now();
    try {
      const expectation = { expectLastSubjectSequence: confirmed.revision, timeoutMs: answerMs };
      const { sequence } = await options.bus.publish(subjectOf(options), Buffer.from(options.token), expectation);
      confirmed.revision = sequence;
      confirmed.confirmedAt = sentAt;
      tell.confirmed();
    } catch (error) {
      const isOurs = !(error instanceof WrongLastSequence) || (await findOurs(options, confirmed));
      if (!isOurs) return tell.lost();
      options.onTrouble?.(error, options.lane);
    }
  }
}

/** A renewal whose answer was lost makes the next one wrong: then the last message is ours all the same. */
async function findOurs({ bus, token, ...options }: HeldLaneOptions, confirmed: Confirmed): Promise<boolean> {
  try {
    const last = await bus.lastOf(bucketStream(buckets.owners), subjectOf(options));
    if (last === undefined || new TextDecoder().decode(last.data) !== token) return false;
    confirmed.revision = last.sequence;
    return true;
  } catch {
    return true; // Nobody knows: the next renewal tells, or the lease ends by its time.
  }
}

async function giveBack(options: HeldLaneOptions, { revision }: Confirmed): Promise<void> {
  const released = { expectLastSubjectSequence: revision, timeoutMs: answerMs, headers: { [operationHeader]: 'DEL' } };
  await options.bus.publish(subjectOf(options), new Uint8Array(), released);
}

function subjectOf({ service, lane }: Pick<HeldLaneOptions, 'service' | 'lane'>): string {
  return `$KV.${buckets.owners}.${leaseKey(service, lane)}`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function endsWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  const limit = new AbortController();
  const tooLate = pause(limitMs, limit.signal).then(() => false);
  const isInTime = await Promise.race([promise.then(() => true), tooLate]);
  limit.abort();
  return isInTime;
}
