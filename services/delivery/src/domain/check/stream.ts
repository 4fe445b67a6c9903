import { type KeyObject, randomUUID } from 'node:crypto';
import { noticeItem } from '../notice.ts';
import { type StrandScene, writeStrands } from './strands.ts';
import {
  messagePlaintext,
  nextChain,
  sequenceText,
  unheardPlaintext,
  usualConversation,
  type WireEvent,
} from './wire-event.ts';

/** Where a receiver stands: the last event that it took, and the chain as of it. */
export interface CheckCursor {
  readonly sequence: number;
  /** 64 hex characters. */
  readonly chain: string;
}

type EventKind = 'message' | 'unheard';

/** Whose stream is played, where its receiver stands, and what seals it: the sealer, or what was derived from a licence key. */
export interface CheckedPortal {
  readonly id: string;
  readonly tenantId: string;
  readonly signingKeys: readonly KeyObject[];
  readonly seal: (plaintext: Uint8Array) => Promise<string>;
  readonly cursor: CheckCursor;
}

/**
 * The stream of a check. It goes on from what the receiver says that it took, right or wrong: so that one fault of a receiver is
 * not told as many.
 */
export interface CheckStream {
  readonly cursor: CheckCursor;
  /** What was taken in order, oldest first. */
  readonly taken: readonly WireEvent[];
  /** The events that were written last, as they should be. */
  readonly offered: readonly WireEvent[];
  /** So many events that follow the cursor, sealed, numbered and chained as they should be; it stays where it is. */
  next(count: number, kind?: EventKind): Promise<WireEvent[]>;
  /** The event that follows the cursor, but sealed over another content than its chain was made of. */
  swapped(): Promise<WireEvent>;
  /** Events in strands, which follow the cursor: always the same, so that each check finds those of the others before it. */
  strands(): Promise<StrandScene>;
  /** Says that these will not come. */
  notice(events: readonly WireEvent[]): WireEvent;
  /** The receiver says that it took these. A notice is believed only with the event after it. */
  take(events: readonly WireEvent[]): void;
}

/** Begins a stream; its only input and output is the sealing. */
export function createCheckStream(portal: CheckedPortal, at: Date): CheckStream {
  const { id: portalId, tenantId, seal } = portal;
  const taken: WireEvent[] = [];
  let { cursor } = portal;
  let offered: readonly WireEvent[] = [];
  let scene: Promise<StrandScene> | undefined;
  let written = 0;

  const write = async (after: CheckCursor, kind: EventKind, subject = usualConversation): Promise<WireEvent> => {
    const id = randomUUID();
    written += 1;
    const text = `Trunkline check: ${written}`;
    const plaintext = kind === 'unheard' ? unheardPlaintext(id) : messagePlaintext(id, text, at, subject);
    const named = { id, sequence: sequenceText(after.sequence + 1) };
    return {
      ...{ specversion: '1.0', source: `trunkline/${tenantId}/${portalId}`, subject },
      type: kind === 'unheard' ? 'trunkline.check.unheard.v1' : 'trunkline.message.received.v1',
      ...{ time: at.toISOString(), ...named, chain: nextChain(after.chain, named, plaintext) },
      ...{ datacontenttype: 'application/jose', data: await seal(plaintext) },
    };
  };
  const next: CheckStream['next'] = async (count, kind = 'message') => {
    const events: WireEvent[] = [];
    let after = cursor;
    while (events.length < count) {
      const event = await write(after, kind);
      events.push(event);
      after = cursorOf(event);
    }
    offered = events;
    return events;
  };
  const notice = (events: readonly WireEvent[], count: number) => noticeOf(portal, events, { at, count });
  return {
    ...{ taken, next },
    get cursor() {
      return cursor;
    },
    get offered() {
      return offered;
    },
    swapped: async () => {
      const event = await write(cursor, 'message');
      offered = [event];
      return { ...event, data: await seal(messagePlaintext(event.id, 'Trunkline check: swapped', at)) };
    },
    strands: () => {
      // They stand where they stand, whatever a receiver makes of them.
      offered = [];
      scene ??= writeStrands(cursor, (after, subject) => write(after, 'message', subject), notice);
      return scene;
    },
    notice: (events) => notice(events, 0),
    take: (events) => {
      for (const event of events) {
        const isNew = event.replay === undefined && Number(event.sequence) > cursor.sequence;
        if (!isNew || event.datacontenttype !== 'application/jose') continue;
        taken.push(event);
        cursor = cursorOf(event);
      }
    },
  };
}

/** Says of these events that they have expired; of a strand also how many they are. */
function noticeOf(
  portal: CheckedPortal,
  events: readonly WireEvent[],
  { at, count }: { readonly at: Date; readonly count: number },
): WireEvent {
  const [from, to] = [Number(events[0]?.sequence), Number(events.at(-1)?.sequence)];
  const chain = Buffer.from(events.at(-1)?.chain ?? '', 'hex');
  const range = { kind: 'expired', fromSequence: from, toSequence: to, chain, at, count };
  const item = noticeItem(portal, { ...range, reason: 'made by a check of this receiver' });
  return JSON.parse(Buffer.from(item.bytes).toString());
}

function cursorOf({ sequence, chain }: WireEvent): CheckCursor {
  return { sequence: Number(sequence), chain };
}
