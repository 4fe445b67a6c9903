import { type JetStreamManager, jetstream, PubHeaders } from '@nats-io/jetstream';
import { headers as createHeaders, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { TrunklineError } from '../errors.ts';
import { type ApiProblem, busError, isOutOfRoom, refusal } from './bus-error.ts';
import { readBatch } from './direct-batch.ts';
import { readFeed } from './feed.ts';
import { type LogPort, type PublishAck, type PublishOptions, type StoredMessage, WrongLastSequence } from './ports.ts';
import { watchReconnects } from './reconnects.ts';
import { createStaleGets } from './stale-gets.ts';
import { fromLeader } from './stored-message.ts';

/** Longest wait for an answer, unless a call says otherwise. */
const timeoutMs = 2_000;

/** Where the connection differs from the usual. */
export interface JetStreamLogOptions {
  /** Beginning of the subjects that answers come to, if the user of the connection may not use the default. */
  readonly inboxPrefix?: string | undefined;
  /** Hears of each publish that was refused because its expectation did not hold. Must not throw. */
  readonly onRefused?: ((subject: string) => void) | undefined;
  /** Hears of each publish whether the server can take it: false where it does not answer, or says that it has no room. Must not throw. */
  readonly onPublished?: OnPublished;
  /** Hears of each direct get that a lagging replica answered from its older copy, as far as that shows. Must not throw. */
  readonly onStale?: ((stream: string) => void) | undefined;
}

type OnPublished = ((subject: string, canTake: boolean) => void) | undefined;

/** The log over JetStream. Holds nothing that must be closed: it ends with its connection. */
export function createJetStreamLog(
  nats: NatsConnection,
  { inboxPrefix, onRefused, onPublished, onStale = () => {} }: JetStreamLogOptions = {},
): LogPort {
  const client = jetstream(nats, { timeout: timeoutMs });
  let manager: Promise<JetStreamManager> | undefined;
  const managed = () => (manager ??= client.jetstreamManager(false));
  const reconnects = watchReconnects(nats);
  const gets = createStaleGets(onStale);
  const log: LogPort = {
    publish: async (subject, data, options = {}) => {
      try {
        return await publish({ nats, onPublished }, subject, data, options);
      } catch (error) {
        if (error instanceof WrongLastSequence) onRefused?.(subject);
        throw error;
      }
    },
    lastOf: async (stream, subject) => {
      const last = await fromLeaderOf(await managed(), stream, { last_by_subj: subject });
      if (last !== undefined) gets.saw(stream, last.sequence);
      return last;
    },
    nextOf: async (stream, subject, fromSequence) => {
      const query = { seq: Math.max(fromSequence, 1), next_by_subj: subject };
      const next = await fromLeaderOf(await managed(), stream, query);
      gets.settle(stream, subject, next);
      return next;
    },
    batchOf: async (stream, subject, fromSequence, limit) => {
      const take = gets.ask(stream, subject, fromSequence);
      const answer = await readBatch(nats, { stream, subject, fromSequence, limit, timeoutMs, inboxPrefix });
      take(answer);
      return answer.messages;
    },
    lastSequence: async (stream) => {
      try {
        return (await (await managed()).streams.info(stream)).state.last_seq;
      } catch (error) {
        throw busError(error);
      }
    },
    feed: (options) => readFeed({ nats, log, managed, reconnects, inboxPrefix, onShown: gets.saw }, options),
  };
  return log;
}

async function publish(
  { nats, onPublished }: { readonly nats: NatsConnection; readonly onPublished: OnPublished },
  subject: string,
  data: Uint8Array,
  options: PublishOptions,
): Promise<PublishAck> {
  const headers = headersOf(options);
  let answer: { readonly seq?: number; readonly duplicate?: boolean; readonly error?: ApiProblem };
  try {
    const wanted = { timeout: options.timeoutMs ?? timeoutMs, ...(headers === undefined ? {} : { headers }) };
    answer = (await nats.request(subject, data, wanted)).json();
  } catch (error) {
    const told = busError(error);
    onPublished?.(subject, told instanceof TrunklineError && told.code === 'permission_denied');
    throw told;
  }
  onPublished?.(subject, !isOutOfRoom(answer.error));
  if (answer.error !== undefined) throw refusal(answer.error);
  return { sequence: answer.seq ?? 0, isDuplicate: answer.duplicate === true };
}

function headersOf({ headers, expectLastSubjectSequence, messageId }: PublishOptions): MsgHdrs | undefined {
  if (headers === undefined && expectLastSubjectSequence === undefined && messageId === undefined) return undefined;
  const made = createHeaders();
  for (const [name, value] of Object.entries(headers ?? {})) made.set(name, value);
  if (messageId !== undefined) made.set(PubHeaders.MsgIdHdr, messageId);
  if (expectLastSubjectSequence !== undefined)
    made.set(PubHeaders.ExpectedLastSubjectSequenceHdr, String(expectLastSubjectSequence));
  return made;
}

type LeaderQuery = { readonly last_by_subj: string } | { readonly seq: number; readonly next_by_subj: string };

async function fromLeaderOf(
  manager: JetStreamManager,
  stream: string,
  query: LeaderQuery,
): Promise<StoredMessage | undefined> {
  try {
    const found = await manager.streams.getMessage(stream, query);
    return found === null ? undefined : fromLeader(found);
  } catch (error) {
    throw busError(error);
  }
}
