import type { ChannelRef } from '@trunkline/adapter-kit';
import { ConversationKind, ConversationRef, Party, PartyScope } from '@trunkline/contracts';
import { type Account, type Activity, mailSchema } from './types.ts';

/** Where and by whom a conversation can be gone on with: kept with it, refreshed by each activity. */
export interface Reference {
  /** Address of the service where the conversation lives. Known from signed calls alone. */
  readonly serviceUrl: string;
  /** The bot, as this channel names it. */
  readonly bot: string;
  /** The person, in a conversation with one. */
  readonly user?: string;
}

/** Ids of people and conversations mean something within a channel of the service alone. */
export function nameIn(subchannel: string, id: string): string {
  return `${subchannel}:${id}`;
}

/** A name as channel and id. */
export function partsOf(name: string): { readonly subchannel: string; readonly id: string } {
  const [subchannel = ''] = name.split(':', 1);
  return { subchannel, id: name.slice(subchannel.length + 1) };
}

/** Did our own bot do it? Told in Teams alone: in a web chat people may call themselves what they like. */
export function isByOurBot({ channelId, from }: Activity, { accountId }: Pick<ChannelRef, 'accountId'>): boolean {
  return channelId === 'msteams' && from?.id.toLowerCase() === `28:${accountId}`;
}

/** Is somebody who came or went our own bot? It is the one that is told. */
export function isOurBot({ id }: Account, { recipient }: Activity): boolean {
  return id === recipient?.id;
}

/** One person and the bot. */
export function isPrivate({ conversation: { conversationType, isGroup } }: Activity): boolean {
  return conversationType === undefined ? isGroup !== true : conversationType === 'personal';
}

/** A thread in a channel of Teams is a conversation of its own. */
export function conversationOf(activity: Activity, channel: ChannelRef): ConversationRef {
  const { channelId: subchannel, conversation, channelData } = activity;
  const threadId = /;messageid=(\d+)$/.exec(conversation.id)?.[1];
  const subject = subchannel === 'email' ? mailSchema.safeParse(channelData).data?.subject : undefined;
  const kind = threadId === undefined ? kindOf(activity) : ConversationKind.CONVERSATION_KIND_THREAD;
  return ConversationRef.create({
    ...{ platformId: nameIn(subchannel, conversation.id), kind, subchannel },
    title: subject ?? conversation.name ?? '',
    ...(threadId === undefined ? {} : { threadId }),
    resumeToken: referenceOf(activity, channel),
  });
}

function kindOf(activity: Activity): ConversationKind {
  return isPrivate(activity) ? ConversationKind.CONVERSATION_KIND_PRIVATE : ConversationKind.CONVERSATION_KIND_GROUP;
}

/** Empty for what does not tell who the bot is there: the former reference stays. */
function referenceOf(activity: Activity, channel: ChannelRef): string {
  const { serviceUrl, from, recipient } = activity;
  const isFromBot = isByOurBot(activity, channel);
  const bot = isFromBot ? from : recipient;
  const person = isFromBot ? recipient : from;
  if (bot === undefined) return '';
  const user = isPrivate(activity) && person !== undefined ? { user: person.id } : {};
  return JSON.stringify({ serviceUrl, bot: bot.id, ...user } satisfies Reference);
}

/** A person as the channel knows them: a phone number by SMS, an address by mail. */
export function partyOf({ id, name = '', aadObjectId, role }: Account, { channelId, locale = '' }: Activity): Party {
  const alternativeIds = {
    ...(aadObjectId === undefined ? {} : { user_id: aadObjectId }),
    ...(channelId === 'sms' ? { phone: id } : {}),
    ...(channelId === 'email' ? { email: id } : {}),
  };
  return Party.create({
    ...{ platformId: nameIn(channelId, id), scope: PartyScope.PARTY_SCOPE_CHANNEL, alternativeIds },
    ...{ displayName: name, locale, isBot: role === 'bot' },
  });
}
