import { GraphError, type HookCaller } from '@trunkline/testkit/simulator';
import { feedEvent } from './hook.ts';
import { type Comment, nextNumber, type Page } from './page.ts';
import { pageOf } from './pages.ts';
import { type Event, type Fields, limits } from './types.ts';

interface NewComment {
  readonly postId: string;
  readonly parentId: string;
  readonly from: { readonly id: string; readonly name: string };
  readonly message: string;
}

/** Puts a comment under a post or another comment, and tells it. */
export function addComment(
  page: Page,
  hook: HookCaller<Event>,
  { postId, parentId, from, message }: NewComment,
): Comment {
  const id = `${postId}_${nextNumber(page)}`;
  const flags = { isHidden: false, isLiked: false, isAnsweredPrivately: false, isDeleted: false };
  const comment: Comment = { id, postId, parentId, from, message, createdAtMs: page.now(), ...flags };
  page.comments.set(id, comment);
  // Whoever comments under a post that nobody wrote here means one of the page's own.
  const own = { id: postId, from: { id: page.id, name: page.name }, message: '', createdAtMs: page.now() };
  if (!page.posts.has(postId)) page.posts.set(postId, own);
  tellComment(page, hook, comment, 'add');
  const top = parentId === postId ? id : parentId;
  page.chats.of(top).title = `Comments of ${from.name}`;
  page.chats.add(top, { id, by: from.id === page.id ? 'account' : 'client', text: message });
  return comment;
}

/** Tells what became of a comment: add, edited, remove, hide, unhide. */
export function tellComment({ now, id }: Page, hook: HookCaller<Event>, comment: Comment, verb: string): void {
  const post = {
    permalink_url: `https://www.facebook.com/${comment.postId}`,
    is_published: true,
    status_type: 'added_photos',
    id: comment.postId,
  };
  const place = { comment_id: comment.id, post_id: comment.postId, parent_id: comment.parentId };
  const words = verb === 'remove' ? {} : { message: comment.message };
  const value = {
    item: 'comment',
    verb,
    from: comment.from,
    ...place,
    created_time: Math.floor(now() / 1_000),
    ...words,
    post,
  };
  hook.push(feedEvent(verb === 'hide' || verb === 'unhide' ? { ...value, from: { id, name: 'Shop' } } : value));
}

/** A call below /<comment> or /<post>; undefined for one that there is not. Throws GraphError. */
export function callComment(
  page: Page,
  hook: HookCaller<Event>,
  { call, id, fields }: { readonly call: string; readonly id: string; readonly fields: Fields },
): Fields | undefined {
  const comment = page.comments.get(id);
  const isPost = id.startsWith(`${page.id}_`) && id.split('_').length === 2;
  if (call === 'POST comments' && (isPost || comment !== undefined)) return answer(page, hook, { id, comment, fields });
  if (call === 'GET comments' && isPost) return list(page, id, fields);
  if (comment === undefined) return undefined;
  if (comment.isDeleted) throw new GraphError(100, `Object with ID '${id}' does not exist`, { subcode: 33 });
  switch (call) {
    case 'POST ':
      return change(page, hook, comment, fields);
    case 'DELETE ':
      comment.isDeleted = true;
      page.chats.change(topOf(page, comment), id, { isDeleted: true });
      tellComment(page, hook, comment, 'remove');
      return { success: true };
    case 'POST likes':
    case 'DELETE likes':
      comment.isLiked = call === 'POST likes';
      page.chats.change(topOf(page, comment), id, { reactions: comment.isLiked ? ['👍'] : [] });
      return { success: true };
    case 'GET ':
      return shown(comment);
    default:
      return undefined;
  }
}

function topOf({ comments }: Page, { id, parentId }: Comment): string {
  return comments.has(parentId) ? parentId : id;
}

interface Answer {
  readonly id: string;
  readonly comment: Comment | undefined;
  readonly fields: Fields;
}

function answer(page: Page, hook: HookCaller<Event>, { id, comment, fields }: Answer): Fields {
  const { message, attachment_url: url } = fields as { message?: string; attachment_url?: string };
  if (comment?.isDeleted === true) throw new GraphError(100, `Object with ID '${id}' does not exist`, { subcode: 33 });
  if (!message && !url) throw new GraphError(100, 'Param message must be given');
  if ([...(message ?? '')].length > limits.comment)
    throw new GraphError(100, `Param message must be at most ${limits.comment} characters`);
  const parentId = comment === undefined ? id : topOf(page, comment);
  const from = { id: page.id, name: page.name };
  return { id: addComment(page, hook, { postId: comment?.postId ?? id, parentId, from, message: message ?? '' }).id };
}

function change(page: Page, hook: HookCaller<Event>, comment: Comment, { message, is_hidden: hidden }: Fields): Fields {
  if (hidden !== undefined) {
    comment.isHidden = hidden === true || hidden === 'true';
    tellComment(page, hook, comment, comment.isHidden ? 'hide' : 'unhide');
    return { success: true };
  }
  if (comment.from.id !== page.id) throw new GraphError(200, 'Permissions error: it is not your comment');
  if (typeof message !== 'string' || message === '') throw new GraphError(100, 'Param message must be given');
  comment.message = message;
  page.chats.change(topOf(page, comment), comment.id, { text: message, isEdited: true });
  tellComment(page, hook, comment, 'edited');
  return { success: true };
}

function shown({ id, from, message, createdAtMs, parentId, postId, isHidden: is_hidden }: Comment): Fields {
  const parent = parentId === postId ? {} : { parent: { id: parentId } };
  return {
    id,
    from,
    message,
    created_time: new Date(createdAtMs).toISOString(),
    can_reply_privately: true,
    is_hidden,
    ...parent,
  };
}

function list({ comments }: Page, post: string, fields: Fields): Fields {
  const { since = 0, order } = fields;
  const all = [...comments.values()].filter(({ postId, isDeleted }) => postId === post && !isDeleted);
  const wanted = all.filter(({ createdAtMs }) => createdAtMs >= Number(since) * 1_000);
  const sorted = order === 'reverse_chronological' ? wanted.toReversed() : wanted;
  return pageOf(sorted.map(shown), fields);
}
