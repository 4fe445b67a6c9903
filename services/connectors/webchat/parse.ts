import { type ChannelRef, channelEvent, type NewEvent, orderBySequence, startContextOf } from '@trunkline/adapter-kit';
import {
  type ChannelEvent,
  Content,
  ConversationKind,
  ConversationRef,
  type Media,
  Party,
  PartyScope,
  ReceiptState,
  Typing,
} from '@trunkline/contracts';
import type { LoggedFrame } from './frames.ts';
import type { Visitor } from './visitor.ts';

/** What is known of a frame once it stands in the visitor's log. */
export interface Placed {
  readonly channel: ChannelRef;
  readonly visitor: Visitor;
  readonly seq: number;
  readonly receivedAtMs: number;
}

/** The event of a logged frame. Pure: the same entry gives the same event, so that a repeat is known. */
export function eventOf(frame: LoggedFrame, placed: Placed, media?: Media): ChannelEvent {
  const common = {
    ...commonOf(placed),
    platformId: String(placed.seq),
    dedupeKey: `${frame.t}:${placed.visitor.id}:${frame.cid}`,
  };
  const event = (told: Pick<NewEvent, 'event'>) =>
    channelEvent(placed.channel, placed, { ...common, ...told, order: orderBySequence(placed.seq) });
  switch (frame.t) {
    case 'send': {
      const replyTo = frame.replyTo === undefined ? '' : String(frame.replyTo);
      const reply =
        replyTo === '' ? undefined : { messageId: '', platformId: replyTo, text: '', senderName: '', selected: '' };
      const value = {
        content: contentOf(frame.text, media),
        reply,
        forward: undefined,
        albumId: '',
        keyboard: undefined,
      };
      return event({ event: { $case: 'message', value } });
    }
    case 'press': {
      const { payload, title, seq } = frame;
      return event({
        event: { $case: 'press', value: { targetPlatformId: String(seq), payload, title, ackToken: '' } },
      });
    }
    case 'form': {
      const { name, phone, email } = frame;
      const content: Content = { kind: { $case: 'form', value: { name: 'contact', values: { name, phone, email } } } };
      const value = { content, reply: undefined, forward: undefined, albumId: '', keyboard: undefined };
      return event({ event: { $case: 'message', value } });
    }
  }
}

/** The conversation's start: told with the first frame, because a widget that was only opened is no conversation. Pure. */
export function startEvent(placed: Omit<Placed, 'seq'>): ChannelEvent {
  return channelEvent(placed.channel, placed, {
    ...commonOf(placed),
    dedupeKey: `start:${placed.visitor.id}`,
    order: orderBySequence(0),
    context: startContextOf(placed.visitor.found, 'widget', placed.visitor.id),
    event: { $case: 'start', value: { payload: '' } },
  });
}

/** The visitor is typing, or has stopped: shown for a moment, so each is a new one. Pure. */
export function typingEvent(placed: Omit<Placed, 'seq'>, isOn: boolean): ChannelEvent {
  return channelEvent(placed.channel, placed, {
    ...commonOf(placed),
    dedupeKey: `typing:${placed.visitor.id}:${placed.receivedAtMs}`,
    order: orderBySequence(0),
    event: { $case: 'typing', value: Typing.create({ isOn }) },
  });
}

/** What became of messages to the visitor. Pure. */
export function receiptEvent(
  placed: Placed,
  state: 'delivered' | 'read',
  platformIds: readonly string[],
): ChannelEvent {
  const states = { delivered: ReceiptState.RECEIPT_STATE_DELIVERED, read: ReceiptState.RECEIPT_STATE_READ };
  const value = { state: states[state], targetPlatformIds: [...platformIds], upTo: '', error: undefined };
  return channelEvent(placed.channel, placed, {
    ...commonOf(placed),
    dedupeKey: `${state}:${placed.visitor.id}:${platformIds.at(-1)}`,
    order: orderBySequence(placed.seq),
    event: { $case: 'receipt', value },
  });
}

function commonOf({ visitor, receivedAtMs }: Omit<Placed, 'seq'>) {
  const conversation = ConversationRef.create({
    platformId: visitor.id,
    kind: ConversationKind.CONVERSATION_KIND_PRIVATE,
  });
  return { conversation, sender: partyOf(visitor), sentAt: new Date(receivedAtMs) };
}

function partyOf({ id, lang, user, told }: Visitor): Party {
  // What was told is kept apart from what is proved: isVerified speaks of all ids together.
  const ids = user ? { user_id: user.id } : { phone: told?.phone ?? '', email: told?.email ?? '' };
  const alternativeIds = Object.fromEntries(Object.entries(ids).filter(([, value]) => value !== ''));
  return Party.fromPartial({
    platformId: id,
    scope: PartyScope.PARTY_SCOPE_CHANNEL,
    displayName: user?.name || told?.name || '',
    alternativeIds,
    locale: lang,
    // Only the site's signature proves anything: a form is the visitor's own word.
    isVerified: user !== undefined,
  });
}

function contentOf(text: string, media: Media | undefined): Content {
  if (!media) return Content.fromPartial({ kind: { $case: 'text', value: { plain: text } } });
  const value = { media, caption: { plain: text, marks: [] }, transcription: '' };
  const kinds = { image: 'image', video: 'video', audio: 'audio' } as const;
  const $case = kinds[media.mimeType.split('/')[0] as keyof typeof kinds] ?? 'file';
  return Content.fromPartial({ kind: { $case, value } });
}
