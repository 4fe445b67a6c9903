import {
  Capabilities,
  ChannelEntry,
  ChannelEvent,
  type Content,
  ConversationKind,
  ConversationRef,
  type Fact,
  HookCall,
  Initiation,
  ids,
  LengthUnit,
  type Media,
  MediaState,
  OrderScheme,
  Origin,
  OutgoingMessage,
  type Party,
  PartyScope,
  SendResult,
  type Submission,
} from '@trunkline/contracts';
import { plainTextOf } from '../domain/state/plain-text.ts';
import type { World } from './world.ts';

/** A channel of tenant t1 with a portal. */
export const channel = ChannelEntry.create({
  ...{ id: 'ch1', tenantId: 't1', connector: 'telegram', name: 'Shop', lineId: 'l1', portalId: 'p1', isActive: true },
});

/** A second channel of the same tenant, with another portal. */
export const otherChannel = ChannelEntry.create({ ...channel, id: 'ch2', connector: 'webchat', portalId: 'p2' });

/** A channel of another tenant. */
export const strangeChannel = ChannelEntry.create({ ...channel, id: 'ch9', tenantId: 't9', portalId: 'p9' });

/** What the channels of tests carry. */
export const capabilities = Capabilities.create({
  ...{ textMax: 4096, textUnit: LengthUnit.LENGTH_UNIT_UTF16, captionMax: 1024, albumMax: 10 },
  ...{ canReply: true, canReact: true, canType: true, canMarkRead: true, canFormat: true },
  ...{ editSeconds: 3600, deleteSeconds: 3600, initiation: Initiation.INITIATION_CONTACT },
  content: { text: {}, image: {}, album: {} },
  inlineButtons: { rows: 10, columns: 4, total: 40, textMax: 64, payloadMaxBytes: 64 },
  buttonActions: ['callback', 'url'],
});

/** A content of text alone. */
export const textContent = (plain: string): Content => ({ kind: { $case: 'text', value: { plain, marks: [] } } });

/** A picture that is not ours yet. */
export function imageContent(id: string, caption = ''): Content {
  const value = { media: pendingMedia(id), caption: { plain: caption, marks: [] }, transcription: '' };
  return { kind: { $case: 'image', value } };
}

/** A file that is not ours yet. */
export function pendingMedia(id: string): Media {
  return {
    ...{ id, mimeType: 'image/png', sizeBytes: 10, name: '', sha256: '', width: 0, height: 0, durationSeconds: 0 },
    ...{ state: MediaState.MEDIA_STATE_PENDING, source: undefined, url: '' },
  };
}

/** A person as a platform shows them. */
export function party(platformId: string, more: Partial<Party> = {}): Party {
  return {
    ...{ platformId, scope: PartyScope.PARTY_SCOPE_GLOBAL, alternativeIds: {}, displayName: `Name ${platformId}` },
    ...{ firstName: '', lastName: '', avatar: undefined, locale: '', isBot: false, isVerified: false, profileUrl: '' },
    ...{ country: '', source: undefined },
    ...more,
  };
}

/** What an event of a test may say besides its kind. */
export type EventDetails = Partial<Omit<ChannelEvent, 'event' | 'order'>> & {
  readonly chat?: string;
  readonly order?: string;
  readonly byTime?: boolean;
};

/** An event of channel ch1 in the private conversation with person "7", unless said otherwise. */
export function event(happened: NonNullable<ChannelEvent['event']>, details: EventDetails): ChannelEvent {
  const { chat = '7', order, byTime = false, ...more } = details;
  const scheme = byTime ? OrderScheme.ORDER_SCHEME_TIME : OrderScheme.ORDER_SCHEME_SEQUENCE;
  const made = {
    ...{ channelId: 'ch1', connector: 'telegram', origin: Origin.ORIGIN_CONTACT, sender: party('7') },
    conversation: ConversationRef.create({
      platformId: chat,
      kind: ConversationKind.CONVERSATION_KIND_PRIVATE,
    }),
    order: order === undefined ? undefined : { key: order.padStart(20, '0'), scheme },
    ...more,
  };
  const id = ids.event(made.channelId, made.dedupeKey ?? '');
  return ChannelEvent.create({ ...made, id, event: happened });
}

/** A message of text, or of another content. */
export function message(key: string, content: Content | string = key, details: EventDetails = {}): ChannelEvent {
  const written = typeof content === 'string' ? textContent(content) : content;
  return event(
    {
      $case: 'message',
      value: { content: written, reply: undefined, forward: undefined, albumId: '', keyboard: undefined },
    },
    { dedupeKey: `message:${key}`, platformId: key, ...details },
  );
}

/** A hook call with events. */
export function hookCall(...events: readonly ChannelEvent[]) {
  const [first] = events;
  const value = HookCall.create({
    channelId: first?.channelId ?? 'ch1',
    connector: 'telegram',
    raw: Buffer.from('{}'),
  });
  return { $case: 'hookCall' as const, value: { ...value, events: [...events] } };
}

/** An order to do something in the conversation with person "7" of channel ch1. */
export function submission(
  key: string,
  action: NonNullable<OutgoingMessage['action']>,
  more: { readonly tenantId?: string; readonly conversationId?: string } = {},
) {
  const { tenantId = 't1', conversationId = ids.conversation('ch1', '7') } = more;
  const message = { ...OutgoingMessage.create({ conversationId, origin: Origin.ORIGIN_OPERATOR }), action };
  const bodySha256 = Buffer.from(key.padEnd(32, '.'));
  const value: Submission = { tenantId, idempotencyKey: key, bodySha256, message };
  return { $case: 'submission' as const, value };
}

/** An order to write a text. */
export function write(key: string, plain = key, more: Parameters<typeof submission>[2] = {}) {
  const value = { content: textContent(plain), reply: undefined, keyboard: undefined, options: undefined };
  return submission(key, { $case: 'message', value }, more);
}

/** What became of a send. */
export function sendResult(result: Partial<SendResult> & Pick<SendResult, 'messageId' | 'state'>) {
  const value = SendResult.create({ channelId: 'ch1', parts: 1, attempts: 1, ...result });
  return { $case: 'sendResult' as const, value };
}

/** Facts of one kind. */
export function only<Kind extends NonNullable<Fact['fact']>['$case']>(facts: readonly Fact[], kind: Kind) {
  type Told = Extract<NonNullable<Fact['fact']>, { $case: Kind }>['value'];
  return facts.flatMap((fact) => (fact.fact?.$case === kind ? [{ ...fact, told: fact.fact.value as Told }] : []));
}

/** Kinds of facts, in order. */
export const kinds = (facts: readonly Fact[]) => facts.map(({ fact }) => fact?.$case);

/** Brings person "7" into being, so that they can be answered. */
export async function greeted(world: World): Promise<string> {
  await world.take(hookCall(message('hello')));
  return ids.conversation('ch1', '7');
}

/** Texts of received messages, in order. */
export function texts(facts: readonly Fact[]): string[] {
  return only(facts, 'received').map(({ told }) => {
    const happened = told.event?.event;
    return happened?.$case === 'message' ? plainTextOf(happened.value.content) : (happened?.$case ?? '');
  });
}
