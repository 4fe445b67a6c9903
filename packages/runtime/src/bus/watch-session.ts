import { randomUUID } from 'node:crypto';
import { JsHeaders } from '@nats-io/jetstream';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { type ApiProblem, busError, refusal } from './bus-error.ts';
import { newInbox } from './connect.ts';
import type { StoredMessage } from './ports.ts';
import { readDelivery } from './stored-message.ts';

/** What one life of a watch tells. */
export interface WatchSession {
  readonly stream: string;
  /** With wildcards. A single filter stands in the subject of the request, so that rights can restrict it. */
  readonly subject: string;
  /** Leaves the data out. */
  readonly headersOnly?: boolean;
  readonly onMessage: (message: StoredMessage) => void;
  /** Called once, when everything that was there at the start was told. */
  readonly onLoaded: () => void;
  /** Called once: nothing more will come of this life. */
  readonly onBroken: () => void;
}

const heartbeatMs = 3_000;
const missedMs = 2 * heartbeatMs + 500;
const forgottenMs = 10_000;
const nanoseconds = 1_000_000;

/**
 * Makes a consumer that tells the last message of each subject and whatever comes after, until it breaks (a hole, a missed
 * heartbeat) or is closed. Rejects when the server does not make it in time.
 */
export async function openWatchSession(nats: NatsConnection, session: WatchSession): Promise<() => void> {
  const inbox = newInbox(nats);
  const intake = createIntake(session, (subject) => nats.publish(subject));
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

/** Returns how many messages there are to tell. */
async function makeConsumer(nats: NatsConnection, session: WatchSession, inbox: string): Promise<number> {
  const { stream, subject, headersOnly = false } = session;
  const name = `watch_${randomUUID()}`;
  const config = {
    name,
    deliver_subject: inbox,
    filter_subject: subject,
    deliver_policy: 'last_per_subject',
    headers_only: headersOnly,
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

function createIntake({ onMessage, onLoaded, onBroken }: WatchSession, answer: (subject: string) => void) {
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
  const checkLoaded = (isIdle = false) => {
    if (isLoaded || expected === undefined || (delivered < expected && !isIdle)) return;
    isLoaded = true;
    onLoaded();
  };
  const takeStatus = (message: Msg) => {
    // Flow control wants an answer, and repeats itself in a heartbeat when the answer was lost.
    const wanted = message.reply || message.headers?.get(JsHeaders.ConsumerStalledHdr);
    if (wanted) answer(wanted);
    // Whoever has nothing more to tell is done, though a message may have aged out before it was told.
    else checkLoaded(true);
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
      if (code === 100) return takeStatus(message);
      if (code !== 0) return breakOff();
      const { message: stored, consumerSequence } = readDelivery(message);
      delivered += 1;
      if (consumerSequence !== delivered) return breakOff();
      onMessage(stored);
      checkLoaded();
    },
  };
}
