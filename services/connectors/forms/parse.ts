import { type ChannelRef, channelEvent, orderBySequence, startContextOf } from '@trunkline/adapter-kit';
import { type ChannelEvent, ConversationKind, ConversationRef, Party, PartyScope } from '@trunkline/contracts';
import type { FilledForm } from './filled-form.ts';
import type { FormKind } from './settings.ts';

/** A form that was checked and is kept: whoever sends the same again means this one. */
export interface Taken extends Pick<FilledForm, 'found' | 'visitorId'> {
  /** Of its token. */
  readonly id: string;
  readonly kind: FormKind;
  /** Language tag of the page. */
  readonly lang: string;
  /** By field; the phone in E.164. */
  readonly values: Readonly<Record<string, string>>;
  /** ISO 3166 code of the phone's country. */
  readonly country: string;
  /** When it came first. */
  readonly receivedAtMs: number;
}

/**
 * What a form tells: what was written, and what brought the visitor to write it. The phone is the person and the conversation,
 * so whoever writes again goes on in it. Pure: the same form gives the same event, so that a repeat is known.
 */
export function eventOf(taken: Taken, channel: ChannelRef): ChannelEvent {
  const { id, kind, values, found, visitorId, receivedAtMs } = taken;
  const phone = values.phone ?? '';
  const content = { kind: { $case: 'form' as const, value: { name: kind, values: { ...values } } } };
  const message = { content, reply: undefined, forward: undefined, albumId: '', keyboard: undefined };
  return channelEvent(channel, taken, {
    conversation: ConversationRef.create({ platformId: phone, kind: ConversationKind.CONVERSATION_KIND_PRIVATE }),
    sender: partyOf(taken, phone),
    platformId: id,
    dedupeKey: `form:${id}`,
    // One form of a phone comes after the other, whatever instance takes it.
    order: orderBySequence(receivedAtMs),
    sentAt: new Date(receivedAtMs),
    context: startContextOf(found, 'form', visitorId),
    event: { $case: 'message', value: message },
  });
}

/** Everything is the visitor's own word: nothing of it is proved, and nobody is joined by it. */
function partyOf({ values, lang, country }: Taken, phone: string): Party {
  const { name = '', email = '' } = values;
  return Party.fromPartial({
    platformId: phone,
    scope: PartyScope.PARTY_SCOPE_CHANNEL,
    displayName: name,
    alternativeIds: { phone, ...(email !== '' && { email }) },
    locale: lang,
    country,
  });
}
