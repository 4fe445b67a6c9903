import { GroupAction, GroupChanged } from '@trunkline/contracts';
import { partyOf } from './parse-told.ts';
import type { Message } from './types.ts';

const actions: Readonly<Record<string, GroupAction>> = {
  chat_create: GroupAction.GROUP_ACTION_CREATED,
  chat_title_update: GroupAction.GROUP_ACTION_RENAMED,
  chat_photo_update: GroupAction.GROUP_ACTION_PHOTO,
  chat_photo_remove: GroupAction.GROUP_ACTION_PHOTO,
  chat_invite_user: GroupAction.GROUP_ACTION_ADDED,
  chat_invite_user_by_link: GroupAction.GROUP_ACTION_JOINED,
  chat_kick_user: GroupAction.GROUP_ACTION_REMOVED,
  chat_pin_message: GroupAction.GROUP_ACTION_PINNED,
};

/** Whoever adds or removes themselves came or went. */
const ownWill: Readonly<Partial<Record<GroupAction, GroupAction>>> = {
  [GroupAction.GROUP_ACTION_ADDED]: GroupAction.GROUP_ACTION_JOINED,
  [GroupAction.GROUP_ACTION_JOINED]: GroupAction.GROUP_ACTION_JOINED,
  [GroupAction.GROUP_ACTION_REMOVED]: GroupAction.GROUP_ACTION_LEFT,
};

/** What a service message tells of its chat; undefined for a message that somebody wrote. */
export function groupChanged({ action: told, from_id: from }: Message): GroupChanged | undefined {
  if (told === undefined) return undefined;
  const { type, member_id: member = from, text = '', conversation_message_id: pinned } = told;
  const known = actions[type] ?? GroupAction.GROUP_ACTION_SETTINGS;
  if (known in ownWill) {
    return GroupChanged.create({ action: (member === from && ownWill[known]) || known, members: [partyOf(member)] });
  }
  const settings = /^[a-z_]{1,64}$/.test(type) ? type : '';
  const value = known === GroupAction.GROUP_ACTION_SETTINGS ? settings : text || String(pinned ?? '');
  return GroupChanged.create({ action: known, value });
}
