import type { StoredMsg } from '@nats-io/jetstream';
import { DirectMsgHeaders } from '@nats-io/jetstream';
import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import type { StoredMessage } from './ports.ts';

/** A message that a consumer delivered, with its number in that consumer: a hole in those numbers is a lost delivery. */
export interface Delivery {
  readonly message: StoredMessage;
  readonly consumerSequence: number;
}

/**
 * Reads a delivery. Its numbers stand in the reply subject: `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.
 * <consumer sequence>.<nanoseconds>.<pending>`, with domain and account before the stream, and one more after, where the
 * server sends the long form.
 */
export function readDelivery(message: Msg): Delivery {
  const tokens = (message.reply ?? '').split('.');
  const first = tokens.length > 9 ? 4 : 2;
  const [sequence, consumerSequence, nanoseconds] = tokens.slice(first + 3, first + 6);
  return {
    consumerSequence: Number(consumerSequence),
    message: {
      sequence: Number(sequence),
      subject: message.subject,
      data: message.data,
      // Cut, not rounded: every way of reading a message must give the same millisecond.
      storedAtMs: Number(nanoseconds?.slice(0, -6)),
      header: (name) => headerOf(message.headers, name),
    },
  };
}

/** A message as the stream's leader gave it. */
export function fromLeader(message: StoredMsg): StoredMessage {
  return {
    sequence: message.seq,
    subject: message.subject,
    data: message.data,
    storedAtMs: Date.parse(message.timestamp),
    header: (name) => headerOf(message.header, name),
  };
}

/** A message as a direct get gave it. */
export function fromDirectGet(message: Msg): StoredMessage {
  const own = (name: DirectMsgHeaders) => headerOf(message.headers, name) ?? '';
  return {
    sequence: Number(own(DirectMsgHeaders.Sequence)),
    subject: own(DirectMsgHeaders.Subject),
    data: message.data,
    storedAtMs: Date.parse(own(DirectMsgHeaders.TimeStamp)),
    header: (name) => headerOf(message.headers, name),
  };
}

function headerOf(headers: MsgHdrs | undefined, name: string): string | undefined {
  return headers?.has(name) ? headers.get(name) : undefined;
}
