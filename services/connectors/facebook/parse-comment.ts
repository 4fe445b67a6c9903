import { createHash } from 'node:crypto';
import {
  ConnectorError,
  commentNoted,
  commentsAt,
  type MetaUpdate,
  metaMedia,
  metaParty,
  readAs,
  tellAt,
  unsupported,
  writtenBy,
} from '@trunkline/adapter-kit';
import { type ChannelEvent, Content, type ConversationRef, MessageWritten, Origin, Quote } from '@trunkline/contracts';
import { type FeedChange, feedSchema } from './types.ts';

type Tell = (change: FeedChange, about: About) => ChannelEvent['event'] | undefined;

/** What is known of a change before its kind. */
interface About {
  readonly update: MetaUpdate;
  /** Of the comment, or of the post that somebody wrote on the page. */
  readonly id: string;
}

const posts: ReadonlySet<string> = new Set(['post', 'status', 'photo', 'video', 'share']);
const likes: ReadonlySet<string> = new Set(['reaction', 'like']);

/** What each verb does to a comment. */
const verbs: Readonly<Record<string, Tell>> = {
  add: (change, { update, id }) => {
    const value = MessageWritten.create({ content: contentOf(change, id, update), ...replyOf(change) });
    return { $case: 'message', value };
  },
  edited: (change, { update, id }) => {
    // A file that was put in the place of another is another one.
    const content = contentOf(change, keyOf('edited', id, change, update), update);
    const value = { targetPlatformId: id, revision: update.entryMs, content };
    return { $case: 'edit', value };
  },
  remove: (_, { id }) => ({ $case: 'delete', value: { targetPlatformIds: [id] } }),
  hide: (_, { id }) => commentNoted('The comment was hidden.', id),
  unhide: (_, { id }) => commentNoted('The comment is shown again.', id),
};

/**
 * What happens on the page's wall: comments, and what other people post there. What the page itself posts, and who likes its
 * posts, is no conversation and tells nothing.
 */
export function feedChanged(value: unknown, update: MetaUpdate): ChannelEvent[] {
  const change = readAs(feedSchema, value);
  const { item, from, comment_id: comment, post_id: post } = change;
  const isOwn = from?.id === update.channel.accountId;
  if (likes.has(item)) return comment === undefined ? [] : [liked(change, comment, update)];
  if (posts.has(item) && (isOwn || from === undefined)) return [];
  const id = item === 'comment' ? comment : posts.has(item) ? post : undefined;
  const verb = change.verb === 'edit' ? 'edited' : change.verb;
  const tell = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (id === undefined || tell === undefined)
    throw new ConnectorError('unknown_kind', 'a change on the wall of the page');
  const event = tell(change, { update, id });
  if (event === undefined) return [];
  return [told(change, { update, id }, { key: keyOf(verb, id, change, update), event, isSystem: /hide$/.test(verb) })];
}

/** A comment is written once; everything else may happen to it again, and more than once in the second that an entry tells. */
function keyOf(verb: string, id: string, change: FeedChange, { entryMs }: MetaUpdate): string {
  if (verb === 'add') return `message:${id}`;
  const said = createHash('sha256').update(JSON.stringify(change)).digest('base64url').slice(0, 22);
  return `${verb}:${id}:${entryMs}:${said}`;
}

function liked(change: FeedChange, comment: string, update: MetaUpdate): ChannelEvent {
  const name = change.reaction_type ?? 'like';
  const reactions = change.verb === 'remove' ? [] : [name === 'like' ? '👍' : `:${name}:`];
  const event = { $case: 'reaction', value: { targetPlatformId: comment, reactions } } as const;
  const key = keyOf(`reaction:${change.from?.id ?? ''}`, comment, change, update);
  return told(change, { update, id: comment }, { key, event, isSystem: false });
}

interface Told {
  readonly key: string;
  readonly event: NonNullable<ChannelEvent['event']>;
  readonly isSystem: boolean;
}

function told(change: FeedChange, { update, id }: About, { key, event, isSystem }: Told): ChannelEvent {
  const { from, created_time: seconds } = change;
  const author = from?.id === undefined ? undefined : metaParty(from.id, from.name);
  const sides = isSystem ? { origin: Origin.ORIGIN_SYSTEM } : writtenBy(author, from?.id === update.channel.accountId);
  const isNew = event.$case === 'message' && !isSystem;
  const atMs = isNew && seconds !== undefined ? seconds * 1_000 : update.entryMs;
  const about = { conversation: placeOf(change, id), ...sides, platformId: isNew ? id : '' };
  return tellAt(update, key, atMs, { ...about, event });
}

function placeOf(
  { post_id: parentId = '', parent_id: parent = parentId, post }: FeedChange,
  id: string,
): ConversationRef {
  const beneath = parent !== parentId && parent !== id ? parent : undefined;
  return commentsAt({ platformId: beneath ?? id, parentId, parentUrl: post?.permalink_url, beneath });
}

function replyOf({ post_id: post, parent_id: parent = post }: FeedChange): { reply?: Quote } {
  return parent === undefined || parent === post ? {} : { reply: Quote.create({ platformId: parent }) };
}

function contentOf({ message = '', photo, video }: FeedChange, fileId: string, { channel }: MetaUpdate): Content {
  const [url, type] = photo === undefined ? [video, 'video/mp4'] : [photo, 'image/jpeg'];
  if (url === undefined || !URL.canParse(url)) {
    const kind =
      message === '' ? { $case: 'unsupported' as const, value: unsupported('Facebook', 'comment') } : textOf(message);
    return Content.fromPartial({ kind });
  }
  const media = metaMedia({ channelId: channel.id, fileId }, url, type);
  const value = { media, ...(message !== '' && { caption: { plain: message } }) };
  return Content.fromPartial({ kind: { $case: photo === undefined ? 'video' : 'image', value } });
}

function textOf(plain: string) {
  return { $case: 'text' as const, value: { plain } };
}
