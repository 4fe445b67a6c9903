import { commentsAt, type MetaUpdate, metaParty, readAs, tellAt, unsupported, writtenBy } from '@trunkline/adapter-kit';
import {
  type ChannelEvent,
  Content,
  type ConversationRef,
  MessageWritten,
  type Party,
  Quote,
} from '@trunkline/contracts';
import { type Comment, commentSchema } from './types.ts';

/** A comment, told by the hook, fetched, or both: it is known by its id. */
export function commentWritten(value: unknown, update: MetaUpdate): ChannelEvent[] {
  const comment = readAs(commentSchema, value);
  const { id: platformId, text = '', parent_id: parent, timestamp: atMs = update.entryMs } = comment;
  const sides = writtenBy(authorOf(comment), comment.from?.id === update.channel.accountId);
  const content = Content.fromPartial({ kind: text === '' ? strange : { $case: 'text', value: { plain: text } } });
  const reply = parent === undefined ? undefined : Quote.create({ platformId: parent });
  const written = MessageWritten.create({ content, ...(reply !== undefined && { reply }) });
  const event = { $case: 'message', value: written } as const;
  const about = { conversation: placeOf(comment), ...sides, platformId };
  return [tellAt(update, `message:${platformId}`, atMs, { ...about, event })];
}

const strange = { $case: 'unsupported', value: unsupported('Instagram', 'comment') } as const;

/** The comment that an order without one of its own answers: the first of its conversation. Pure. */
export function firstCommentOf({ platformId }: Pick<ConversationRef, 'platformId'>): string {
  return platformId.split('_').at(-1) ?? '';
}

/** Those of an advertisement stand under the post that it was made of. */
function placeOf({ id, parent_id: beneath, media }: Comment): ConversationRef {
  const parentId = media.original_media_id ?? media.id;
  const platformId = `${parentId}_${beneath ?? id}`;
  return commentsAt({ platformId, parentId, parentUrl: media.permalink, beneath });
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
