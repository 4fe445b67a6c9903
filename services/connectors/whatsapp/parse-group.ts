import { readAs } from '@trunkline/adapter-kit';
import { type ChannelEvent, GroupAction, GroupChanged, Origin } from '@trunkline/contracts';
import { groupOf, partyOf } from './parse-party.ts';
import { wordsOf } from './parse-status.ts';
import { tellNews, type Update } from './parse-told.ts';
import { type Group, groupsSchema } from './types.ts';

/** What happened to groups: one event each. */
export function groupsChanged(value: unknown, update: Update): ChannelEvent[] {
  return readAs(groupsSchema, value).groups.map((group) => {
    const { group_id: id = '', subject = '', timestamp, type } = group;
    const event = { $case: 'group', value: GroupChanged.create(changeOf(group)) } as const;
    const about = { conversation: id === '' ? undefined : groupOf(id, subject), origin: Origin.ORIGIN_SYSTEM, event };
    return tellNews({ ...update, entrySeconds: timestamp }, `group:${type}`.slice(0, 64), group, about);
  });
}

function changeOf(group: Group): Partial<GroupChanged> {
  const { type, subject = '', errors, initiated_by: by, wa_id, user_id } = group;
  const failure = errors?.[0] === undefined ? '' : `${type}: ${wordsOf(errors[0])}`;
  if (failure !== '') return { action: GroupAction.GROUP_ACTION_SETTINGS, value: failure };
  const asking = () => ({ members: [partyOf({ phone: wa_id, userId: user_id })] });
  switch (type) {
    case 'group_create':
      return {
        ...{ action: GroupAction.GROUP_ACTION_CREATED, value: subject },
        ...{ inviteLink: group.invite_link ?? '', requestPlatformId: group.request_id ?? '' },
      };
    case 'group_delete':
      return { action: GroupAction.GROUP_ACTION_DELETED };
    case 'group_participants_add':
      return { action: GroupAction.GROUP_ACTION_JOINED, members: membersOf(group.added_participants) };
    case 'group_participants_remove': {
      const action = by === 'participant' ? GroupAction.GROUP_ACTION_LEFT : GroupAction.GROUP_ACTION_REMOVED;
      return { action, members: membersOf(group.removed_participants) };
    }
    case 'group_join_request_created':
      return { action: GroupAction.GROUP_ACTION_JOIN_REQUEST, value: group.join_request_id ?? '', ...asking() };
    case 'group_join_request_revoked':
      return { action: GroupAction.GROUP_ACTION_SETTINGS, value: type, ...asking() };
    default:
      return settingsOf(group);
  }
}

function settingsOf({ type, group_subject: title, profile_picture: picture }: Group): Partial<GroupChanged> {
  if (title?.text !== undefined) return { action: GroupAction.GROUP_ACTION_RENAMED, value: title.text };
  if (picture !== undefined) return { action: GroupAction.GROUP_ACTION_PHOTO };
  return { action: GroupAction.GROUP_ACTION_SETTINGS, value: type };
}

function membersOf(participants: Group['added_participants'] = []) {
  return participants.map(({ wa_id, user_id, input }) => partyOf({ phone: wa_id ?? input, userId: user_id }));
}
