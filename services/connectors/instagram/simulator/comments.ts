import { GraphError, type HookCaller } from '@trunkline/testkit/simulator';
import { type Account, type Comment, nextNumber, type Post } from './account.ts';
import { type Event, type Fields, limits } from './types.ts';

/** Puts a comment under a post, or under another comment, and tells it unless that is a trouble. */
export function addComment(
  account: Account,
  hook: HookCaller<Event>,
  { postId, parentId, from, text }: Pick<Comment, 'postId' | 'parentId' | 'from' | 'text'>,
): Comment {
  const id = `1787${nextNumber(account)}`;
  const comment: Comment = {
    id,
    postId,
    parentId,
    from,
    text,
    atMs: account.now(),
    isHidden: false,
    isAnsweredPrivately: false,
  };
  account.comments.set(id, comment);
  const top = parentId ?? id;
  account.chats.of(top).title = `Comments of ${from.username}`;
  account.chats.add(top, { id, by: from.id === account.id ? 'account' : 'client', text });
  if (account.troubles.take(['unheard_comments']) !== undefined) return comment;
  const parent = parentId === undefined ? {} : { parent_id: parentId };
  const value = { id, from, text, ...parent, media: { id: postId, media_product_type: 'FEED' } };
  hook.push({ place: 'changes', field: 'comments', body: { field: 'comments', value } });
  return comment;
}

/** A call below /<post> or /<comment>; undefined for one that there is not. Throws GraphError. */
export function callComment(
  account: Account,
  hook: HookCaller<Event>,
  { call, id, fields }: { readonly call: string; readonly id: string; readonly fields: Fields },
): Fields | undefined {
  const post = account.posts.get(id);
  const comment = account.comments.get(id);
  const from = { id: account.id, username: account.username };
  if (post !== undefined) {
    if (call === 'GET comments') return list(account, fields, (one) => one.postId === id && one.parentId === undefined);
    if (call === 'POST comments')
      return { id: addComment(account, hook, { postId: id, parentId: undefined, from, text: textOf(fields) }).id };
    if (call === 'POST ') return change(post, fields);
    return call === 'GET ' ? shownPost(account, post) : undefined;
  }
  if (comment === undefined) return undefined;
  switch (call) {
    case 'POST replies': {
      const parentId = comment.parentId ?? comment.id;
      if (!account.posts.get(comment.postId)?.isOpen) throw new GraphError(10, 'Comments are switched off');
      return { id: addComment(account, hook, { postId: comment.postId, parentId, from, text: textOf(fields) }).id };
    }
    case 'GET replies':
      return list(account, fields, (one) => one.parentId === id);
    case 'POST ':
      comment.isHidden = fields.hide === true || fields.hide === 'true';
      return { success: true };
    case 'DELETE ':
      account.comments.delete(id);
      account.chats.change(comment.parentId ?? id, id, { isDeleted: true });
      return { success: true };
    case 'GET ':
      return shownComment(account, comment, repliesShown(fields));
    default:
      return undefined;
  }
}

/** The words of an answer, which has rules of its own. Throws GraphError. */
function textOf({ message }: Fields): string {
  if (typeof message !== 'string' || message === '') throw new GraphError(100, 'Param message must be given');
  if ([...message].length > limits.comment)
    throw new GraphError(100, `Param message must be at most ${limits.comment} characters`);
  if ((message.match(/#[\p{L}\d_]+/gu)?.length ?? 0) > limits.hashtags)
    throw new GraphError(100, 'Param message has more than 4 hashtags');
  if ((message.match(/https?:\/\//g)?.length ?? 0) > 1) throw new GraphError(100, 'Param message has more than 1 link');
  if (/\p{Lu}/u.test(message) && !/\p{Ll}/u.test(message) && message.length > 3)
    throw new GraphError(100, 'Param message is all in capitals');
  return message;
}

function change(post: Post, { comment_enabled: isOpen }: Fields): Fields {
  if (isOpen === undefined) throw new GraphError(100, 'Param comment_enabled must be given');
  post.isOpen = isOpen === true || isOpen === 'true';
  return { success: true };
}

/** GET /<account>/media. */
export function listPosts(account: Account, fields: Fields): Fields {
  return page(
    [...account.posts.values()].toReversed().map((post) => shownPost(account, post)),
    fields,
  );
}

function shownPost({ comments, username }: Account, { id, caption, atMs, isOpen }: Post): Fields {
  const comments_count = [...comments.values()].filter(({ postId }) => postId === id).length;
  return {
    id,
    caption,
    username,
    timestamp: stamp(atMs),
    comments_count,
    permalink: `https://www.instagram.com/p/${id}/`,
    is_comment_enabled: isOpen,
  };
}

function list(account: Account, fields: Fields, fits: (comment: Comment) => boolean): Fields {
  const found = [...account.comments.values()].filter(fits).toReversed();
  return page(
    found.map((comment) => shownComment(account, comment, repliesShown(fields))),
    fields,
  );
}

/** Newest first, cursor by cursor. */
function page(all: readonly Fields[], { limit = 25, after = '0' }: Fields): Fields {
  const begin = Number(after);
  const end = begin + Number(limit);
  const next = end < all.length ? { next: `https://graph.instagram.com/next?after=${end}` } : {};
  return { data: all.slice(begin, end), paging: { cursors: { before: String(begin), after: String(end) }, ...next } };
}

/** How many answers come with a comment: as many as the field asks for. */
function repliesShown({ fields = '' }: Fields): number {
  return Number(/replies\.limit\((\d+)\)/.exec(String(fields))?.[1] ?? 25);
}

function shownComment(account: Account, comment: Comment, limit: number): Fields {
  const { id, from, text, atMs, parentId, isHidden: hidden } = comment;
  const replies = [...account.comments.values()].filter((one) => one.parentId === id);
  const shown = replies.map((one) => shownComment(account, one, limit));
  const below = replies.length === 0 ? {} : { replies: page(shown, { limit }) };
  const above = parentId === undefined ? {} : { parent_id: parentId };
  return { id, from, username: from.username, text, timestamp: stamp(atMs), like_count: 0, hidden, ...above, ...below };
}

function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, '+0000');
}
