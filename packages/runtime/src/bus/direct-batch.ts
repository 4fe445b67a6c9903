import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { TrunklineError } from '../errors.ts';
import { busError } from './bus-error.ts';
import type { BatchLimit, StoredMessage } from './ports.ts';
import type { DirectAnswer } from './stale-gets.ts';
import { fromDirectGet } from './stored-message.ts';

/** What one batch read wants. */
export interface BatchWanted {
  readonly stream: string;
  readonly subject: string;
  readonly fromSequence: number;
  readonly limit: BatchLimit;
  readonly timeoutMs: number;
  readonly inboxPrefix?: string | undefined;
}

/** Statuses that end a batch: end of batch, nothing found. */
const ends: ReadonlySet<number> = new Set([204, 404]);
/** With the end of a batch the server says how many more it has. */
const pendingHeader = 'Nats-Num-Pending';

/**
 * Reads messages by direct get. The request is sent here, because the client's own leaves its subscription behind and
 * throws on an empty range. Any server of the cluster may answer, so an empty answer proves nothing.
 */
export async function readBatch(
  nats: NatsConnection,
  wanted: BatchWanted,
): Promise<DirectAnswer & { messages: StoredMessage[] }> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const found: StoredMessage[] = [];
  const take = (error: Error | null, message: Msg) => {
    if (error) return reject(busError(error));
    const status = message.headers?.code ?? 0;
    if (status === 0) found.push(fromDirectGet(message));
    else if (ends.has(status)) resolve(status === 404 || message.headers?.get(pendingHeader) === '0');
    else reject(new TrunklineError('unavailable', `direct get of ${wanted.stream}: status ${status}`));
  };
  const inbox = createInbox(wanted.inboxPrefix);
  const subscription = nats.subscribe(inbox, { callback: take });
  const late = () => reject(new TrunklineError('unavailable', `direct get of ${wanted.stream}: no end in time`));
  const timer = setTimeout(late, wanted.timeoutMs);
  try {
    const { messages, bytes } = wanted.limit;
    const query = {
      seq: Math.max(wanted.fromSequence, 1),
      next_by_subj: wanted.subject,
      batch: messages,
      max_bytes: bytes,
    };
    nats.publish(`$JS.API.DIRECT.GET.${wanted.stream}`, JSON.stringify(query), { reply: inbox });
    return { isEnd: await promise, messages: found };
  } catch (error) {
    throw busError(error);
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}
