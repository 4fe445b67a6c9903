/**
 * A process that runs the stage or the keyed log under test, to be killed: `node worker.ts <WorkerOptions as JSON>`. Prints
 * one line of JSON for whatever happens; ends cleanly on SIGTERM.
 */
import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import { machineClock, pause } from '../clock.ts';
import type { LaneWork } from '../held-lane.ts';
import { createJetStreamLog } from '../jetstream-log.ts';
import { runKeyedLog } from '../keyed-log.ts';
import type { KillPoint } from '../kill-points.ts';
import type { LaneEvents } from '../lane-events.ts';
import { runLanes } from '../lease.ts';
import { openOverflowStore } from '../overflow/overflow-store.ts';
import { createOverflowing } from '../overflow/overflowing.ts';
import type { LogPort } from '../ports.ts';
import { presumeAbsent } from '../presuming-store.ts';
import { runStage } from '../stage.ts';
import { createMongoStageStore } from '../stage-store-mongo.ts';
import { counting, countingStage } from './counting-stage.ts';
import { numberingLog } from './numbering-log.ts';

/** Where a worker can be killed: at the product's own points, and when a publish was sent and not confirmed. */
export type WorkerKillPoint = KillPoint | 'log.sent';

/** What a worker does. */
export interface WorkerOptions {
  readonly role: 'stage' | 'keyed';
  readonly lane: number;
  readonly natsUrl: string;
  readonly mongoUrl: string;
  readonly instance: string;
  /** `sure`: a lease that always says yes; `shared`: the real one. */
  readonly lease: 'sure' | 'shared';
  /** Dies by SIGKILL when it passes this point for the so manieth time. */
  readonly dieAt?: { readonly point: WorkerKillPoint; readonly pass: number };
}

/** What a worker prints. */
export interface WorkerLine {
  readonly event: 'tookOver' | 'ended' | 'failed' | 'parked' | 'overflowed' | 'waiting' | 'dies';
  readonly detail?: string;
}

const options = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions;
const { role, lane, instance, dieAt } = options;
const print = (line: WorkerLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
const end = new AbortController();
process.once('SIGTERM', () => end.abort());

let passes = 0;
const at = async (point: WorkerKillPoint) => {
  if (point !== dieAt?.point || ++passes < dieAt.pass) return;
  print({ event: 'dies', detail: point });
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
};

const nats = await connect({
  servers: options.natsUrl,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 50,
  name: instance,
});
const mongo = new MongoClient(options.mongoUrl, { serverSelectionTimeoutMS: 1_000, socketTimeoutMS: 5_000 });
const real = createJetStreamLog(nats);
/** Dies after the server has the publish and before we know that it is stored. */
const log: LogPort = {
  ...real,
  publish: async (...args) => {
    const answer = real.publish(...args);
    answer.catch(() => {});
    if (dieAt?.point === 'log.sent') {
      await nats.flush();
      await at('log.sent');
    }
    return await answer;
  },
};
const events: LaneEvents = {
  tookOver: ({ epoch }) => print({ event: 'tookOver', detail: String(epoch) }),
  ended: ({ reason }) => print({ event: 'ended', detail: reason }),
  parked: () => print({ event: 'parked' }),
  waiting: ({ error }) => print({ event: 'waiting', detail: String(error) }),
};
const store = presumeAbsent(
  createMongoStageStore({ client: mongo, db: mongo.db('crash'), collection: counting.stages, at }),
);
let weighed = 0;
/** Every third message lies in the object store. */
const overflowing = createOverflowing({
  ...{ store: openOverflowStore(nats, log), now: () => performance.now() },
  share: { isOver: async () => ++weighed % 3 === 0 },
  onOverflowed: () => print({ event: 'overflowed' }),
  onRefused: (error) => print({ event: 'waiting', detail: String(error) }),
});
const work: LaneWork = (lease) =>
  role === 'stage'
    ? runStage(countingStage('count'), { log, store, lease, events, at })
    : runKeyedLog(numberingLog('number', { overflowing, nonce: randomUUID }), { log, lease, events, at });

try {
  if (options.lease === 'shared') {
    const bus = createJetStreamLog(nats);
    await runLanes({ nats, bus, service: role, instance, lanes: [lane], signal: end.signal }, work);
  } else {
    await work({ lane, owner: instance, signal: end.signal, confirmedAgoMs: () => 0, wasReleased: false });
  }
} catch (error) {
  print({ event: 'failed', detail: String(error) });
} finally {
  await pause(machineClock, 0, end.signal);
  await mongo.close(true);
  await nats.close();
}
