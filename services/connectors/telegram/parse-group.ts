import { type ChannelEvent, GroupAction, GroupChanged, SubscriptionChanged } from '@trunkline/contracts';
import { partyOf } from './parse-party.ts';
import { aboutMessage, conversationOf, instant, type Told, tell, type Update } from './parse-told.ts';
import type { JoinRequest, Member, MemberUpdated, Message } from './types.ts';

/** Service messages that change nothing but a group's looks or ways. */
const settingsFields = [
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
  'message_auto_delete_timer_changed',
  'chat_background_set',
  'video_chat_scheduled',
  'video_chat_started',
  'video_chat_ended',
  'video_chat_participants_invited',
];

/** What a service message tells of its group; undefined for a message that somebody wrote. */
export function groupChanged(message: Message, update: Update): ChannelEvent | undefined {
  const value = changeOf(message);
  if (value === undefined) return undefined;
  const about = aboutMessage(message, update);
  const isMove = value.action === GroupAction.GROUP_ACTION_MIGRATED;
  return tell(update, 'group', message.date, {
    ...about,
    ...(isMove ? moved(about, message.migrate_from_chat_id ?? message.chat.id, value.value) : {}),
    event: { $case: 'group', value },
  });
}

/** A move is told in the old group and in the new one: one fact with one key, about the old one. */
function moved(about: Omit<Told, 'event'>, from: string, to: string): Partial<Told> {
  const conversation = about.conversation && { ...about.conversation, platformId: from };
  return { conversation, platformId: '', dedupeKey: `migrated:${from}:${to}` };
}

function changeOf(message: Message): GroupChanged | undefined {
  const { from, new_chat_members: joined, left_chat_member: left, new_chat_title: title } = message;
  if (joined !== undefined) {
    const isOwnWill = joined.every(({ id }) => id === from?.id);
    const action = isOwnWill ? GroupAction.GROUP_ACTION_JOINED : GroupAction.GROUP_ACTION_ADDED;
    return GroupChanged.create({ action, members: joined.map(partyOf) });
  }
  if (left !== undefined) {
    const action = left.id === from?.id ? GroupAction.GROUP_ACTION_LEFT : GroupAction.GROUP_ACTION_REMOVED;
    return GroupChanged.create({ action, members: [partyOf(left)] });
  }
  if (title !== undefined) return GroupChanged.create({ action: GroupAction.GROUP_ACTION_RENAMED, value: title });
  return moveOf(message) ?? lookOf(message);
}

function moveOf({ chat, migrate_to_chat_id: to, migrate_from_chat_id: from }: Message): GroupChanged | undefined {
  const value = to ?? (from === undefined ? undefined : chat.id);
  return value === undefined ? undefined : GroupChanged.create({ action: GroupAction.GROUP_ACTION_MIGRATED, value });
}

function lookOf(message: Message): GroupChanged | undefined {
  const { pinned_message: pinned } = message;
  if (message.new_chat_photo !== undefined || message.delete_chat_photo === true) {
    return GroupChanged.create({ action: GroupAction.GROUP_ACTION_PHOTO });
  }
  if (message.group_chat_created === true || message.supergroup_chat_created === true) {
    return GroupChanged.create({ action: GroupAction.GROUP_ACTION_CREATED, value: message.chat.title ?? '' });
  }
  if (pinned !== undefined) {
    return GroupChanged.create({ action: GroupAction.GROUP_ACTION_PINNED, value: pinned.message_id });
  }
  const value = settingsFields.find((field) => message[field] !== undefined);
  return value === undefined ? undefined : GroupChanged.create({ action: GroupAction.GROUP_ACTION_SETTINGS, value });
}

/** Somebody's place changed: in a private chat it is the bot's own, blocked or let in again by the person. */
export function membershipChanged(changed: MemberUpdated, update: Update): ChannelEvent {
  const about = {
    conversation: conversationOf(changed),
    sender: partyOf(changed.from),
    sentAt: instant(changed.date),
  };
  if (changed.chat.type !== 'private') {
    const event = { $case: 'group', value: placeOf(changed) } as const;
    return tell(update, 'member', changed.date, { ...about, event });
  }
  const isAllowed = isIn(changed.new_chat_member);
  const value = SubscriptionChanged.create({ isAllowed, platformState: isAllowed ? 'unblocked' : 'blocked' });
  return tell(update, 'subscription', changed.date, { ...about, event: { $case: 'subscription', value } });
}

function placeOf({ from, old_chat_member: before, new_chat_member: now }: MemberUpdated): GroupChanged {
  const members = [partyOf(now.user)];
  const isOwnWill = from.id === now.user.id;
  if (isIn(now) === isIn(before)) {
    return GroupChanged.create({ action: GroupAction.GROUP_ACTION_SETTINGS, members, value: now.status });
  }
  const [own, byOther] = isIn(now)
    ? [GroupAction.GROUP_ACTION_JOINED, GroupAction.GROUP_ACTION_ADDED]
    : [GroupAction.GROUP_ACTION_LEFT, GroupAction.GROUP_ACTION_REMOVED];
  return GroupChanged.create({ action: isOwnWill ? own : byOther, members });
}

function isIn({ status, is_member }: Member): boolean {
  return status === 'restricted' ? is_member === true : status !== 'left' && status !== 'kicked';
}

/** Somebody asks to be let into a group. */
export function joinRequested(request: JoinRequest, update: Update): ChannelEvent {
  const sender = partyOf(request.from);
  const value = GroupChanged.create({ action: GroupAction.GROUP_ACTION_JOIN_REQUEST, members: [sender] });
  return tell(update, 'join_request', request.date, {
    conversation: conversationOf(request),
    sender,
    sentAt: instant(request.date),
    event: { $case: 'group', value },
  });
}
