import type { NewEvent } from '@trunkline/adapter-kit';
import { GroupAction, GroupChanged } from '@trunkline/contracts';
import { isPrivate, partyOf } from './parse-place.ts';
import { type Account, type Activity, teamSchema } from './types.ts';

type Told = NewEvent['event'];

/** What changed in a group: its people, the bot among them, its title, or something of Teams that is a setting to us. */
export function groupChanges(activity: Activity): Told[] {
  const { membersAdded = [], membersRemoved = [], topicName, channelData } = activity;
  if (isPrivate(activity)) return [];
  const changes: Partial<GroupChanged>[] = [
    ...people(GroupAction.GROUP_ACTION_JOINED, GroupAction.GROUP_ACTION_ADDED, membersAdded, activity),
    ...people(GroupAction.GROUP_ACTION_LEFT, GroupAction.GROUP_ACTION_REMOVED, membersRemoved, activity),
    ...(topicName === undefined ? [] : [{ action: GroupAction.GROUP_ACTION_RENAMED, value: topicName }]),
  ];
  const setting = teamSchema.safeParse(channelData).data?.eventType ?? '';
  const all = changes.length > 0 ? changes : [{ action: GroupAction.GROUP_ACTION_SETTINGS, value: setting }];
  return all.map((change) => ({ $case: 'group', value: GroupChanged.create(change) }));
}

/** Whoever comes or goes alone, and by themselves, is told apart from those whom another added or removed. */
function people(
  own: GroupAction,
  byOther: GroupAction,
  accounts: readonly Account[],
  activity: Activity,
): Partial<GroupChanged>[] {
  if (accounts.length === 0) return [];
  const isOwnWill = accounts.every(({ id }) => id === activity.from?.id);
  return [{ action: isOwnWill ? own : byOther, members: accounts.map((account) => partyOf(account, activity)) }];
}
