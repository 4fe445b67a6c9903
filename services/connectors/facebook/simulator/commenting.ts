import type { HookCaller } from '@trunkline/testkit/simulator';
import { addComment, tellComment } from './comments.ts';
import { feedEvent } from './hook.ts';
import { nextNumber, type Page, personOf } from './page.ts';
import type { Where } from './people.ts';
import type { Event } from './types.ts';

/** What people do beneath posts. Throws for what cannot be. */
export function createCommenting(page: Page, hook: HookCaller<Event>) {
  /** Writes under a post, or under a comment. Gives the comment's id. */
  function comment({
    from,
    text,
    post = `${page.id}_987`,
    under,
  }: Where & { text: string; post?: string; under?: string }): string {
    const { id, name } = personOf(page, from);
    return addComment(page, hook, { postId: post, parentId: under ?? post, from: { id, name }, message: text }).id;
  }

  /** Changes or deletes a comment. */
  function changeComment({ comment: id, text }: { comment: string; text?: string }): void {
    const known = page.comments.get(id);
    if (known === undefined) throw new Error('there is no such comment');
    if (text === undefined) known.isDeleted = true;
    else known.message = text;
    tellComment(page, hook, known, text === undefined ? 'remove' : 'edited');
  }

  /** Writes on the page itself, as a visitor. Gives the post's id. */
  function post({ from, text }: Where & { text: string }): string {
    const { id, name } = personOf(page, from);
    const postId = `${page.id}_${nextNumber(page)}`;
    page.posts.set(postId, { id: postId, from: { id, name }, message: text, createdAtMs: page.now() });
    const created_time = Math.floor(page.now() / 1_000);
    const value = { item: 'post', verb: 'add', from: { id, name }, post_id: postId, created_time, message: text };
    hook.push(feedEvent({ ...value, post: { permalink_url: `https://www.facebook.com/${postId}` } }));
    return postId;
  }

  return { comment, changeComment, post };
}
