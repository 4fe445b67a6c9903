import { ConnectorError, fetchedCall, type RawCall, readGraphList, type Tools } from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { commentRefusal } from './errors.ts';
import type { Missing } from './poll-missing.ts';
import { type FetchedComment, type FetchedPost, fetchedCommentSchema, fetchedPostSchema } from './types.ts';

/** Of 100 posts each. */
const postPagesMax = 5;

/**
 * What was written under posts, and by visitors on the page, as the hook would have told it: a call a post, in order. What became
 * of older comments meanwhile nobody tells. Throws ConnectorError.
 */
export async function* missingComments(channel: Channel, missing: Missing, tools: Tools): AsyncGenerator<RawCall> {
  const { sinceMs, leave } = missing;
  const query = { fields: 'id,from,message,created_time,updated_time,permalink_url' };
  const onCut = () => leave('comments under posts older than the newest 500');
  const reading = readGraphList(fetchedPostSchema, callOf({ path: 'me/feed', query }, channel), tools, {
    ...{ pagesMax: postPagesMax, onCut },
  });
  const posts = await unless(reading, 'permission', () => leave('comments, for want of a right'));
  // A post's time changes with every comment; they come by when they were written.
  const changed = posts.filter(({ updated_time: atMs = sinceMs }) => atMs >= sinceMs).toReversed();
  for (const post of changed) {
    const comments = await commentsOf(post, channel, missing, tools);
    const changes = [...ofVisitor(post, missing, channel), ...comments.map((one) => commentChange(one, post))];
    if (changes.length === 0) continue;
    const time = Math.floor(tools.now() / 1_000);
    yield fetchedCall({ object: 'page', entry: [{ id: channel.accountId, time, changes }] }, tools);
  }
}

async function commentsOf(
  { id }: FetchedPost,
  channel: Channel,
  { sinceMs, leave }: Missing,
  tools: Tools,
): Promise<FetchedComment[]> {
  const fields = 'id,from,message,created_time,parent{id},attachment';
  const bounds = { filter: 'stream', order: 'reverse_chronological', since: String(Math.floor(sinceMs / 1_000)) };
  const call = callOf({ path: `${id}/comments`, query: { fields, ...bounds }, refusal: commentRefusal }, channel);
  const onCut = () => leave('comments beyond the newest 100 under a post');
  const reading = readGraphList(fetchedCommentSchema, call, tools, { pagesMax: 1, onCut });
  // Somebody may have deleted the post meanwhile.
  const newestFirst = await unless(reading, 'recipient_invalid');
  const missed = newestFirst.filter(({ created_time: atMs }) => atMs >= sinceMs);
  return missed.toReversed().toSorted((one, other) => one.created_time - other.created_time);
}

/** Nothing of what is refused so. */
async function unless<Item>(reading: Promise<Item[]>, code: string, onRefused = () => {}): Promise<Item[]> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== code) throw error;
    onRefused();
    return [];
  }
}

/** What the page itself posts is no conversation. */
function ofVisitor(post: FetchedPost, { sinceMs }: Missing, { accountId }: Channel): object[] {
  const { id, from, message, created_time: atMs = 0, permalink_url } = post;
  if (from === undefined || from.id === accountId || atMs < sinceMs) return [];
  const value = { item: 'post', verb: 'add', post_id: id, from, message, created_time: Math.floor(atMs / 1_000) };
  return [{ field: 'feed', value: { ...value, post: { permalink_url } } }];
}

function commentChange(comment: FetchedComment, { id: post_id, permalink_url }: FetchedPost): object {
  const { id: comment_id, from, message, created_time: atMs, parent, attachment } = comment;
  const photo = attachment?.media?.image?.src;
  const place = { comment_id, post_id, parent_id: parent?.id ?? post_id, post: { permalink_url } };
  const value = { item: 'comment', verb: 'add', ...place, from, message, photo };
  return { field: 'feed', value: { ...value, created_time: Math.floor(atMs / 1_000) } };
}
