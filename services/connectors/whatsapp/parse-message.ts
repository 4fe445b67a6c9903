import { cutStartKey, readAs } from '@trunkline/adapter-kit';
import type { ChannelEvent, Content } from '@trunkline/contracts';
import { ButtonPressed, IdentityChanged, MessageWritten, Origin, StartContext } from '@trunkline/contracts';
import { contentOf } from './parse-content.ts';
import { groupOf, partyOf, privateWith } from './parse-party.ts';
import { tell, type Update } from './parse-told.ts';
import * as shapes from './types.ts';

type Happened = NonNullable<ChannelEvent['event']>;

/** Types that are no message of their own. */
const actions: Readonly<Record<string, (message: shapes.Message, channelId: string) => Happened | undefined>> = {
  reaction: ({ reaction }) => {
    const { message_id: targetPlatformId, emoji = '' } = readAs(shapes.reactionSchema, reaction);
    return { $case: 'reaction', value: { targetPlatformId, reactions: emoji === '' ? [] : [emoji] } };
  },
  interactive: ({ interactive, context }) => {
    const { button_reply, list_reply } = readAs(shapes.interactiveSchema, interactive);
    const pressed = button_reply ?? list_reply;
    // Without what tells apart buttons of the same payload: see render-keyboard.ts.
    return pressed && pressedOf(context?.id, pressed.id.replace(/\u200b+$/, ''), pressed.title);
  },
  button: ({ button, context }) => {
    const { payload, text = '' } = readAs(shapes.buttonSchema, button);
    return pressedOf(context?.id, payload ?? text, text);
  },
  edit: ({ edit, timestamp }, channelId) => {
    const { original_message_id: targetPlatformId, message } = readAs(shapes.editSchema, edit);
    const value = { targetPlatformId, revision: timestamp * 1_000, content: contentOf(message, channelId) };
    return { $case: 'edit', value };
  },
  revoke: ({ revoke }) => {
    return { $case: 'delete', value: { targetPlatformIds: [readAs(shapes.revokeSchema, revoke).original_message_id] } };
  },
  request_welcome: () => ({ $case: 'start', value: { payload: '' } }),
};

function actionOf(message: shapes.Message, channelId: string): Happened | undefined {
  return Object.hasOwn(actions, message.type) ? actions[message.type]?.(message, channelId) : undefined;
}

/** What a person wrote, pressed or changed. */
export function messageWritten(message: shapes.Message, contacts: readonly shapes.Contact[], update: Update) {
  const { id: platformId, from: phone, from_user_id: userId, group_id: group, type, timestamp } = message;
  const sender = partyOf({ phone, userId }, contacts);
  if (type === 'system') return personChanged(message, contacts, update);
  const act = actionOf(message, update.channel.id);
  const { content, ref } = act === undefined ? startOf(contentOf(message, update.channel.id)) : { ref: undefined };
  const event: Happened = act ?? { $case: 'message', value: writtenOf(message, content) };
  const context = contextOf(message, ref);
  // Typing and reading are shown on the last message, which a reaction or a change is not.
  const isMessage = event.$case === 'message' || event.$case === 'press';
  const conversation =
    group === undefined ? privateWith({ phone, userId }, isMessage ? platformId : '') : groupOf(group);
  const about = { conversation, sender, platformId, ...(context === undefined ? {} : { context }), event };
  return tell(update, `${type === 'request_welcome' ? 'start' : event.$case}:${platformId}`, timestamp, about);
}

/** What the owner wrote on the phone: the operator is to see the whole conversation. */
export function messageEchoed(value: unknown, update: Update): ChannelEvent {
  const message = readAs(shapes.echoSchema, value);
  const { id: platformId, to: phone, to_user_id: userId, timestamp } = message;
  const written = () => writtenOf(message, contentOf(message, update.channel.id));
  const event: Happened = actionOf(message, update.channel.id) ?? { $case: 'message', value: written() };
  const about = { conversation: privateWith({ phone, userId }), platformId, origin: Origin.ORIGIN_EXTERNAL };
  return tell(update, `${event.$case}:${platformId}`, timestamp, { ...about, event });
}

function writtenOf({ context }: shapes.Message, content: Content | undefined): MessageWritten {
  const { id: platformId, forwarded, frequently_forwarded: often, referred_product: product } = context ?? {};
  const isForwarded = forwarded === true || often === true;
  const text = product?.product_retailer_id ?? '';
  const hasQuote = platformId !== undefined || text !== '';
  return MessageWritten.fromPartial({
    ...(content === undefined ? {} : { content }),
    ...(hasQuote && !isForwarded ? { reply: { platformId: platformId ?? '', text } } : {}),
    ...(isForwarded ? { forward: {} } : {}),
  });
}

function pressedOf(targetPlatformId = '', payload: string, title = ''): Happened {
  return { $case: 'press', value: ButtonPressed.create({ targetPlatformId, payload, title }) };
}

/** The key of a link stands in the words that it put into the person's mouth. */
function startOf(content: Content): { readonly content: Content; readonly ref?: string | undefined } {
  if (content.kind?.$case !== 'text') return { content };
  const { text, key } = cutStartKey(content.kind.value);
  return { content: { kind: { $case: 'text', value: text } }, ref: key };
}

function contextOf({ referral }: shapes.Message, ref: string | undefined): StartContext | undefined {
  if (referral === undefined) return ref === undefined ? undefined : StartContext.create({ ref, source: 'link' });
  const { source_type: source = '', source_id: id = '', source_url: pageUrl = '', headline: pageTitle = '' } = referral;
  const adId = source === 'ad' ? id : '';
  return StartContext.create({ ref: ref ?? '', source, adId, clickId: referral.ctwa_clid ?? '', pageUrl, pageTitle });
}

/** The platform speaks: somebody has another number, or another id. Everything else of it is told in its words. */
function personChanged(message: shapes.Message, contacts: readonly shapes.Contact[], update: Update): ChannelEvent {
  const { id: platformId, from = '', from_user_id: formerId = '', group_id: group, timestamp } = message;
  const { type = '', body = '', ...said } = readAs(shapes.systemSchema, message.system);
  const former = partyOf({ phone: message.from, userId: message.from_user_id }, contacts);
  const named = { phone: said.wa_id ?? message.from, userId: said.user_id ?? message.from_user_id };
  const now = partyOf(named, contacts);
  const isSame = now.platformId === former.platformId;
  const place = { ...privateWith(named), ...(isSame ? {} : { otherPlatformId: former.platformId }) };
  const conversation = group === undefined ? place : groupOf(group);
  if (!/^(user|customer)_changed_(number|user_id)$/.test(type)) {
    const text = { $case: 'unsupported', value: { platformType: `system: ${type}`.slice(0, 64), text: body } } as const;
    const written = MessageWritten.create({ content: { kind: text } });
    const about = { conversation, sender: former, platformId, origin: Origin.ORIGIN_SYSTEM };
    return tell(update, `message:${platformId}`, timestamp, { ...about, event: { $case: 'message', value: written } });
  }
  // What is proved now is the same person's: whoever writes from that number later joins the same contact.
  const alternativeIds = { ...former.alternativeIds, ...now.alternativeIds };
  const sender = { ...former, alternativeIds, isVerified: now.isVerified, profileUrl: now.profileUrl };
  const change = type.endsWith('user_id')
    ? { kind: 'bsuid', from: formerId, to: named.userId ?? '' }
    : { kind: 'phone', from: from && `+${from}`, to: now.alternativeIds.phone ?? '' };
  const event = { $case: 'identity', value: IdentityChanged.create(change) } as const;
  return tell(update, `identity:${platformId}`, timestamp, { conversation, sender, event });
}
