import type { Events } from './callback.ts';
import { type Community, nextId, personOf } from './community.ts';
import { isTrue, type Method, type MethodParts } from './methods-groups.ts';
import { attachmentsOf } from './methods-messages.ts';
import { type Fields, limits, VkError } from './types.ts';

/** What can be commented on: kinds of calls about it, and how they name it. */
export const commented = {
  post: { kind: 'wall_reply', owner: 'post_owner_id', id: 'post_id' },
  photo: { kind: 'photo_comment', owner: 'photo_owner_id', id: 'photo_id' },
  video: { kind: 'video_comment', owner: 'video_owner_id', id: 'video_id' },
  item: { kind: 'market_comment', owner: 'market_owner_id', id: 'item_id' },
  topic: { kind: 'board_post', owner: 'topic_owner_id', id: 'topic_id' },
} as const;

/** A comment as the platform keeps it. */
export interface Comment {
  readonly id: number;
  readonly on: keyof typeof commented;
  /** Number of the post, or of whatever it stands under. */
  readonly thing: number;
  readonly from: number;
  /** The comment that it answers, and the first one above it. */
  readonly replyTo?: Comment;
  readonly date: number;
  readonly guid?: string;
  readonly attachments: readonly Fields[];
  text: string;
  isDeleted: boolean;
}

interface NewComment extends Pick<Comment, 'on' | 'thing' | 'from' | 'text'> {
  readonly replyTo?: Comment | undefined;
  readonly guid?: string | undefined;
  readonly attachments?: readonly Fields[];
}

/** Puts a comment under something, shows it, and tells it. */
export function addComment(community: Community, events: Events, given: NewComment): Comment {
  const { replyTo, guid, attachments = [], ...rest } = given;
  const comment: Comment = {
    ...{ ...rest, attachments, id: nextId(community), date: Math.floor(community.now() / 1_000), isDeleted: false },
    ...(replyTo && { replyTo }),
    ...(guid !== undefined && { guid }),
  };
  community.comments.set(comment.id, comment);
  const chat = chatOf(comment);
  if (comment.from > 0) community.chats.of(chat).title ||= `Comments of ${personOf(community, comment.from).name}`;
  const by = comment.from < 0 ? 'account' : 'client';
  const file = attachments.length > 0 ? ' [file]' : '';
  community.chats.add(chat, { id: comment.id, by, text: `${comment.text}${file}` });
  tellComment(community, events, comment, 'new');
  return comment;
}

/** Where people see a comment: with all beneath the same one. */
export function chatOf(comment: Comment): string {
  return `${comment.on}${comment.thing}_${topOf(comment).id}`;
}

function topOf(comment: Comment): Comment {
  return comment.replyTo === undefined ? comment : topOf(comment.replyTo);
}

/** Tells what became of a comment: new, edit, delete, restore. Of one that is deleted little is told. */
export function tellComment({ id: group }: Community, events: Events, comment: Comment, verb: string): void {
  const { on, thing, id, from, text, date, replyTo, attachments } = comment;
  const { kind, owner, id: name } = commented[on];
  if (verb === 'delete') {
    const place = on === 'topic' ? { topic_owner_id: -group } : { owner_id: -group };
    events.tell(`${kind}_delete`, { ...place, id, user_id: from, deleter_id: from, [name]: thing });
    return;
  }
  const above = replyTo && { reply_to_comment: replyTo.id, reply_to_user: replyTo.from };
  const stack = on === 'topic' ? {} : { parents_stack: replyTo ? [topOf(comment).id] : [] };
  const about = { id, from_id: from, date, text, ...stack, ...above, ...(attachments.length > 0 && { attachments }) };
  events.tell(`${kind}_${verb}`, { ...about, owner_id: -group, [owner]: -group, [name]: thing });
}

const createParams = new Set([
  ...['owner_id', 'post_id', 'from_group', 'message', 'reply_to_comment', 'attachments', 'sticker_id', 'guid'],
  ...['access_token', 'v', 'lang'],
]);

/** A community's token answers under posts, and does nothing else with comments: that wants a person's. */
export const commentMethods: Readonly<Record<string, Method>> = {
  'wall.createComment': createComment,
  ...Object.fromEntries(
    [
      ...[
        'wall.editComment',
        'wall.deleteComment',
        'wall.restoreComment',
        'photos.createComment',
        'photos.editComment',
      ],
      ...['video.createComment', 'market.createComment', 'board.createComment', 'board.editComment', 'likes.add'],
      ...['photos.getWallUploadServer', 'photos.saveWallPhoto'],
    ].map((method) => [method, onlyForPeople]),
  ),
};

function onlyForPeople(): never {
  throw new VkError(27, 'method is unavailable with group auth.');
}

function createComment({ community, events }: MethodParts, params: Fields): Fields {
  const unknown = Object.keys(params).find((name) => !createParams.has(name));
  if (unknown !== undefined) throw new VkError(100, `${unknown} is not a parameter`);
  const { owner_id: owner, post_id: post, from_group: group, reply_to_comment: to, guid } = params;
  if (Number(owner) !== -community.id || !/^\d+$/.test(String(post))) throw new VkError(100, 'post_id is invalid');
  if (Number(group) !== community.id && !isTrue(group)) throw new VkError(100, 'from_group is invalid');
  if (community.closedPosts.has(Number(post))) throw new VkError(213);
  const before = [...community.comments.values()].find((one) => guid !== undefined && one.guid === String(guid));
  if (before !== undefined) return made(before);
  const { message = '', attachments: names = '' } = params as Record<string, string | undefined>;
  const attachments = attachmentsOf(community, names);
  if (message === '' && attachments.length === 0) throw new VkError(100, 'message is empty');
  if ([...message].length > limits.text) throw new VkError(100, 'message is too long');
  const replyTo = to === undefined ? undefined : community.comments.get(Number(to));
  const isThere = replyTo?.on === 'post' && replyTo.thing === Number(post) && !replyTo.isDeleted;
  if (to !== undefined && !isThere) throw new VkError(100, 'reply_to_comment is invalid');
  const about = { on: 'post', thing: Number(post), from: -community.id } as const;
  const key = guid === undefined ? {} : { guid: String(guid) };
  return made(addComment(community, events, { ...about, text: message, attachments, replyTo, ...key }));
}

function made(comment: Comment): Fields {
  return { comment_id: comment.id, parents_stack: comment.replyTo === undefined ? [] : [topOf(comment).id] };
}
