import { type ChannelEvent, GroupAction, GroupChanged, SubscriptionChanged } from '@trunkline/contracts';
import type { z } from 'zod';
import { conversationOf, partyOf } from './parse-party.ts';
import { aboutMessage, tell, type Update } from './parse-told.ts';
import type { joinRequestSchema, Member, MemberUpdated, Message } from './types.ts';

/** Service messages that change nothing but a group's looks or ways. */
const settingsFields = [
  ...['forum_topic_created', 'forum_topic_edited', 'forum_topic_closed', 'forum_topic_reopened'],
  ...['general_forum_topic_hidden', 'general_forum_topic_unhidden', 'message_auto_delete_timer_changed'],
  ...['chat_background_set', 'video_chat_scheduled', 'video_chat_started', 'video_chat_ended'],
  'video_chat_participants_invited',
];

/**
 * What a service message tells of its group; undefined for a message that somebody wrote. A move is told in the old group and
 * in the new one: one fact with one key, about the old one.
 */
export function groupChanged(message: Message, update: Update): ChannelEvent | undefined {
  const change = changeOf(message);
  if (change === undefined) return undefined;
  const about = aboutMessage(message, update);
  const event = { $case: 'group', value: GroupChanged.create(change) } as const;
  if (change.action !== GroupAction.GROUP_ACTION_MIGRATED)
    return tell(update, 'group', message.date, { ...about, event });
  const from = message.migrate_from_chat_id ?? message.chat.id;
  const conversation = about.conversation && { ...about.conversation, platformId: from };
  const dedupeKey = `migrated:${from}:${change.value}`;
  return tell(update, 'group', message.date, { ...about, conversation, platformId: '', dedupeKey, event });
}

function changeOf(message: Message): Partial<GroupChanged> | undefined {
  const { from, new_chat_members: came, left_chat_member: gone, new_chat_title: title } = message;
  if (came !== undefined) {
    const isOwnWill = came.every(({ id }) => id === from?.id);
    const action = isOwnWill ? GroupAction.GROUP_ACTION_JOINED : GroupAction.GROUP_ACTION_ADDED;
    return { action, members: came.map(partyOf) };
  }
  if (gone !== undefined) {
    const action = gone.id === from?.id ? GroupAction.GROUP_ACTION_LEFT : GroupAction.GROUP_ACTION_REMOVED;
    return { action, members: [partyOf(gone)] };
  }
  if (title !== undefined) return { action: GroupAction.GROUP_ACTION_RENAMED, value: title };
  return lookOf(message);
}

function lookOf(message: Message): Partial<GroupChanged> | undefined {
  const { chat, migrate_to_chat_id: movedTo, migrate_from_chat_id: movedFrom, pinned_message: pinned } = message;
  const setting = settingsFields.find((field) => message[field] !== undefined);
  const hasPhoto = message.new_chat_photo !== undefined || message.delete_chat_photo === true;
  const isNew = message.group_chat_created === true || message.supergroup_chat_created === true;
  if (movedTo !== undefined) return { action: GroupAction.GROUP_ACTION_MIGRATED, value: movedTo };
  if (movedFrom !== undefined) return { action: GroupAction.GROUP_ACTION_MIGRATED, value: chat.id };
  if (hasPhoto) return { action: GroupAction.GROUP_ACTION_PHOTO };
  if (isNew) return { action: GroupAction.GROUP_ACTION_CREATED, value: chat.title ?? '' };
  if (pinned !== undefined) return { action: GroupAction.GROUP_ACTION_PINNED, value: pinned.message_id };
  return setting === undefined ? undefined : { action: GroupAction.GROUP_ACTION_SETTINGS, value: setting };
}

/** Somebody's place changed: in a private chat it is the bot's own, blocked or let in again by the person. */
export function membershipChanged(changed: MemberUpdated, update: Update): ChannelEvent {
  const about = { conversation: conversationOf(changed), sender: partyOf(changed.from) };
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
  if (isIn(now) === isIn(before)) {
    return GroupChanged.create({ action: GroupAction.GROUP_ACTION_SETTINGS, members, value: now.status });
  }
  const [own, byOther] = isIn(now)
    ? [GroupAction.GROUP_ACTION_JOINED, GroupAction.GROUP_ACTION_ADDED]
    : [GroupAction.GROUP_ACTION_LEFT, GroupAction.GROUP_ACTION_REMOVED];
  return GroupChanged.create({ action: from.id === now.user.id ? own : byOther, members });
}

function isIn({ status, is_member }: Member): boolean {
  return status === 'restricted' ? is_member === true : status !== 'left' && status !== 'kicked';
}

/** Somebody asks to be let into a group. */
export function joinRequested(request: z.output<typeof joinRequestSchema>, update: Update): ChannelEvent {
  const sender = partyOf(request.from);
  const value = GroupChanged.create({ action: GroupAction.GROUP_ACTION_JOIN_REQUEST, members: [sender] });
  const about = { conversation: conversationOf(request), sender };
  return tell(update, 'join_request', request.date, { ...about, event: { $case: 'group', value } });
}
