import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { Pool } from 'undici';
import { SealedBatch, streams } from '../../../packages/contracts/src/index.ts';
import { connectBus } from '../../../packages/runtime/src/index.ts';
import { answerParent } from '../../load/child.ts';

/** What the floor is asked. */
export type FloorOrders = {
  readonly connect: (natsUrl: string) => Promise<void>;
  /** Sends every event behind a stream sequence; ends when none came for a second. */
  readonly run: (order: FloorRun) => Promise<FloorResult>;
};

/** What came of it. */
export interface FloorResult {
  readonly events: number;
  /** From the first event read to the last one taken. */
  readonly ms: number;
}

/** One run of the floor. */
export interface FloorRun {
  readonly afterSequence: number;
  /** Path of each portal at the sink. */
  readonly paths: Readonly<Record<string, string>>;
  readonly sinkUrl: string;
  readonly batchEvents: number;
  readonly connections: number;
}

interface Waiting {
  readonly path: string;
  readonly events: Uint8Array[];
  isOpen: boolean;
}

/**
 * The least that anybody could do: a bare program that reads the sealed events from the stream and posts them, a batch at a
 * time, one request open a portal. No cursor, no record, no signature, no retry, no order after a failure.
 */
let js: JetStreamClient | undefined;

answerParent({
  connect: async (natsUrl) => {
    const signal = AbortSignal.timeout(connectMs);
    js = jetstream(await connectBus({ url: natsUrl, service: 'infra', instance: 'floor', signal }));
  },
  run,
} satisfies FloorOrders);

const quietMs = 1_000;
const connectMs = 10_000;

async function run(order: FloorRun): Promise<FloorResult> {
  const { afterSequence, paths, sinkUrl, batchEvents, connections } = order;
  const where = { opt_start_seq: afterSequence + 1, filter_subjects: 'outbox.>' };
  const consumer = await js?.consumers.get(streams.outbox, where);
  const messages = await consumer?.consume({ max_messages: 1_000 });
  if (messages === undefined) throw new Error('the floor is not connected');
  const pool = new Pool(sinkUrl, { connections, pipelining: 1 });
  const portals = new Map<string, Waiting>();
  const failed = Promise.withResolvers<never>();
  const result = { events: 0, firstAt: 0, lastAt: 0 };
  const post = async (waiting: Waiting) => {
    waiting.isOpen = true;
    while (waiting.events.length > 0) {
      const batch = waiting.events.splice(0, batchEvents);
      const body = Buffer.concat(batch.flatMap((event, index) => [index === 0 ? open : comma, event]).concat(close));
      const response = await pool.request({ path: waiting.path, method: 'POST', body });
      await response.body.dump();
      result.events += batch.length;
      result.lastAt = performance.now();
    }
    waiting.isOpen = false;
  };
  const read = async () => {
    for await (const message of messages) {
      result.firstAt ||= performance.now();
      const { portalId, events } = SealedBatch.decode(message.data);
      const path = paths[portalId];
      if (path === undefined) continue;
      const waiting = portals.get(portalId) ?? { path, events: [], isOpen: false };
      portals.set(portalId, waiting);
      waiting.events.push(...events.map(({ cloudEvent }) => cloudEvent));
      if (!waiting.isOpen) post(waiting).catch(failed.reject);
    }
  };
  read().catch(failed.reject);
  await Promise.race([failed.promise, untilQuiet(result)]);
  await messages.close();
  await pool.close();
  return { events: result.events, ms: result.lastAt - result.firstAt };
}

async function untilQuiet(result: { readonly firstAt: number; readonly lastAt: number }): Promise<void> {
  const startedAt = performance.now();
  while (performance.now() - Math.max(startedAt, result.firstAt, result.lastAt) < quietMs)
    await new Promise((done) => setTimeout(done, 50));
}

const open = Buffer.from('[');
const comma = Buffer.from(',');
const close = Buffer.from(']');
