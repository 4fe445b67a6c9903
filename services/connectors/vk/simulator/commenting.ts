import type { Events } from './callback.ts';
import { addComment, type Comment, chatOf, type commented, tellComment } from './comments.ts';
import { type Community, personOf } from './community.ts';
import type { Where } from './people.ts';
import type { Fields } from './types.ts';

interface Written extends Where {
  readonly text: string;
  /** Number of the post; `on` says if it is something else. */
  readonly post?: number;
  readonly on?: keyof typeof commented;
  /** The comment that it answers. */
  readonly under?: number | string;
  readonly attachments?: readonly Fields[];
}

/** What is done with comments, by people and from the community's own page. Throws for what cannot be. */
export function createCommenting(community: Community, events: Events) {
  function commentOf(id: number | string): Comment {
    const found = community.comments.get(Number(id));
    if (found === undefined) throw new Error('there is no such comment');
    return found;
  }

  function write(
    from: number,
    { text, post = 11, on = 'post', under, attachments = [] }: Omit<Written, 'from'>,
  ): number {
    const replyTo = under === undefined ? undefined : commentOf(under);
    return addComment(community, events, { on, thing: replyTo?.thing ?? post, from, text, replyTo, attachments }).id;
  }

  return {
    /** Writes under a post, or under something else; gives the comment's number. */
    comment: ({ from, ...given }: Written) => write(personOf(community, from).id, given),
    /** An administrator comments as the community. */
    ownerComments: ({ from: _, ...given }: Partial<Where> & Omit<Written, 'from'>) => write(-community.id, given),
    /** Changes a comment; without a text it is deleted. */
    changeComment: ({ comment: id, text }: { comment: number | string; text?: string }) => {
      const comment = commentOf(id);
      if (text === undefined) comment.isDeleted = true;
      else comment.text = text;
      const shown = text === undefined ? { isDeleted: true } : { text, isEdited: true };
      community.chats.change(chatOf(comment), comment.id, shown);
      tellComment(community, events, comment, text === undefined ? 'delete' : 'edit');
    },
    restoreComment: ({ comment: id }: { comment: number | string }) => {
      const comment = commentOf(id);
      comment.isDeleted = false;
      community.chats.change(chatOf(comment), comment.id, { isDeleted: false });
      tellComment(community, events, comment, 'restore');
    },
    /** Nobody comments on a post any more. */
    closeComments: ({ post = 11 }: { post?: number } = {}) => void community.closedPosts.add(post),
  };
}
