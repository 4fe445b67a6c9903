import { type MetaUpdate, metaParty, readAs, tellAt, unsupported } from '@trunkline/adapter-kit';
import {
  type ChannelEvent,
  Content,
  ConversationKind,
  ConversationRef,
  MessageWritten,
  Origin,
  type Party,
  Quote,
} from '@trunkline/contracts';
import { type Comment, commentSchema } from './types.ts';

/**
 * A comment, told by the hook, fetched, or both: it is known by its id. The account's own come back too: those from here are
 * known by their ids, all others were written elsewhere.
 */
export function commentWritten(value: unknown, update: MetaUpdate): ChannelEvent[] {
  const comment = readAs(commentSchema, value);
  const { id: platformId, text = '', parent_id: parent, timestamp: atMs = update.entryMs } = comment;
  const isOwn = comment.from?.id === update.channel.accountId;
  const sender = isOwn ? undefined : authorOf(comment);
  const content = Content.fromPartial({ kind: text === '' ? strange : { $case: 'text', value: { plain: text } } });
  const reply = parent === undefined ? undefined : Quote.create({ platformId: parent });
  const written = MessageWritten.create({ content, ...(reply !== undefined && { reply }) });
  const about = {
    conversation: placeOf(comment),
    origin: isOwn ? Origin.ORIGIN_EXTERNAL : Origin.ORIGIN_CONTACT,
    ...(sender !== undefined && { sender }),
  };
  const event = { $case: 'message', value: written } as const;
  return [tellAt(update, `message:${platformId}`, atMs, { ...about, platformId, event })];
}

const strange = { $case: 'unsupported', value: unsupported('Instagram', 'comment') } as const;

/** The comment that an order without one of its own answers: the first of its conversation. Pure. */
export function firstCommentOf({ platformId }: Pick<ConversationRef, 'platformId'>): string {
  return platformId.split('_').at(-1) ?? '';
}

/** Comments beneath one comment are one conversation. Those of an advertisement stand under the post that it was made of. */
function placeOf({ id, parent_id: parent, media }: Comment): ConversationRef {
  const post = media.original_media_id ?? media.id;
  return ConversationRef.create({
    platformId: `${post}_${parent ?? id}`,
    kind: ConversationKind.CONVERSATION_KIND_COMMENTS,
    parentId: post,
    parentUrl: media.permalink ?? '',
    parentCommentId: parent ?? '',
  });
}

function authorOf({ from, username: outer }: Comment): Party | undefined {
  const username = from?.username ?? outer ?? '';
  if (from?.id === undefined) return undefined;
  const named = username === '' ? {} : { alternativeIds: { username }, profileUrl: profileOf(username) };
  return { ...metaParty(from.id, username), ...named };
}

/** Address of somebody's profile. Pure. */
export function profileOf(username: string): string {
  return `https://www.instagram.com/${encodeURIComponent(username)}/`;
}
