import { randomUUID } from 'node:crypto';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { bucketStream } from '@trunkline/contracts';
import { type ApiProblem, busError, refusal } from './bus-error.ts';
import { newInbox } from './connect.ts';
import { readDelivery } from './stored-message.ts';

/** One message of a bucket. */
export interface WatchedMessage {
  readonly key: string;
  /** Undefined when it tells that the key is gone. */
  readonly value: Uint8Array | undefined;
  /** Sequence in the bucket's stream: what an update of the key expects. */
  readonly revision: number;
}

/** What one life of a watch tells. */
export interface WatchSession {
  /** Which keys: a filter within the bucket. */
  readonly bucket: string;
  readonly filter: string;
  readonly onMessage: (message: WatchedMessage) => void;
  /** Called once, when everything that was there at the start was told. */
  readonly onLoaded: () => void;
  /** Called once: nothing more will come of this life. */
  readonly onBroken: () => void;
}

const heartbeatMs = 1_000;
const missedMs = 3_500;
const forgottenMs = 10_000;
const nanoseconds = 1_000_000;
/** Header of a message of a bucket that holds no value but tells that its key is gone. */
export const operationHeader = 'KV-Operation';
/** The server's own word for a key that it removed itself. */
const markerHeader = 'Nats-Marker-Reason';

/**
 * Makes a consumer that tells the last message of each key and whatever comes after, until it breaks (a hole, a missed
 * heartbeat) or is closed. Rejects when the server does not make it in time.
 */
export async function openWatchSession(nats: NatsConnection, session: WatchSession): Promise<() => void> {
  const inbox = newInbox(nats);
  const intake = createIntake(session);
  const subscription: Subscription = nats.subscribe(inbox, { callback: intake.take });
  const close = () => {
    intake.close();
    subscription.unsubscribe();
  };
  try {
    intake.expect(await makeConsumer(nats, session, inbox));
  } catch (error) {
    close();
    throw error;
  }
  return close;
}

/** A single filter stands in the subject of the request, so that rights can restrict it. Returns how many keys there are. */
async function makeConsumer(nats: NatsConnection, { bucket, filter }: WatchSession, inbox: string): Promise<number> {
  const stream = bucketStream(bucket);
  const name = `watch_${randomUUID()}`;
  const subject = `$KV.${bucket}.${filter}`;
  const config = {
    name,
    deliver_subject: inbox,
    filter_subject: subject,
    deliver_policy: 'last_per_subject',
    ack_policy: 'none',
    mem_storage: true,
    num_replicas: 1,
    max_deliver: 1,
    flow_control: true,
    idle_heartbeat: heartbeatMs * nanoseconds,
    inactive_threshold: forgottenMs * nanoseconds,
  };
  const api = `$JS.API.CONSUMER.CREATE.${stream}.${name}.${subject}`;
  const request = JSON.stringify({ stream_name: stream, config, action: 'create' });
  let answer: {
    readonly error?: ApiProblem;
    readonly num_pending?: number;
    readonly delivered?: { consumer_seq: number };
  };
  try {
    answer = (await nats.request(api, request, { timeout: 2_000 })).json();
  } catch (error) {
    throw busError(error);
  }
  if (answer.error !== undefined) throw refusal(answer.error);
  return (answer.num_pending ?? 0) + (answer.delivered?.consumer_seq ?? 0);
}

function createIntake({ bucket, onMessage, onLoaded, onBroken }: WatchSession) {
  const prefix = `$KV.${bucket}.`.length;
  let delivered = 0;
  let expected: number | undefined;
  let isLoaded = false;
  let isClosed = false;
  const close = () => {
    isClosed = true;
    clearTimeout(silence);
  };
  const breakOff = () => {
    if (isClosed) return;
    close();
    onBroken();
  };
  const silence = setTimeout(breakOff, missedMs);
  const checkLoaded = () => {
    if (isLoaded || expected === undefined || delivered < expected) return;
    isLoaded = true;
    onLoaded();
  };
  return {
    close,
    expect: (count: number) => {
      expected = count;
      checkLoaded();
    },
    take: (error: Error | null, message: Msg) => {
      if (isClosed) return;
      if (error) return breakOff();
      silence.refresh();
      const code = message.headers?.code ?? 0;
      // A heartbeat, or flow control, which wants an answer.
      if (code === 100) return void (message.reply ? message.respond() : undefined);
      if (code !== 0) return breakOff();
      const { message: stored, consumerSequence } = readDelivery(message);
      delivered += 1;
      if (consumerSequence !== delivered) return breakOff();
      const isGone = stored.header(operationHeader) !== undefined || stored.header(markerHeader) !== undefined;
      const value = isGone ? undefined : stored.data;
      onMessage({ key: stored.subject.slice(prefix), value, revision: stored.sequence });
      checkLoaded();
    },
  };
}
