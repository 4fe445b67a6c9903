import type { HookCaller } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import { type Account, type Group, nextNumber, type Person, timestamp } from './account.ts';
import { around } from './hook.ts';
import { check, refusal } from './read-message.ts';
import { type Change, type Fields, groupMax } from './types.ts';

const subject = z.string().min(1).max(groupMax.subject);
const description = z.string().max(groupMax.description);
const product = { messaging_product: z.literal('whatsapp') };
const created = z.strictObject({
  ...product,
  subject,
  description: description.optional(),
  join_approval_mode: z.enum(['auto_approve', 'approval_required']).optional(),
});
const changed = z.strictObject({ ...product, subject: subject.optional(), description: description.optional() });
const users = z.array(z.strictObject({ user: z.string() })).min(1);
const removed = z.strictObject({ ...product, participants: users });
const decided = z.strictObject({ ...product, join_requests: z.array(z.string()).min(1) });

type Changed = z.infer<typeof changed>;

function shown({ people }: Account, { id, subject: name, description: about, members }: Group): Fields {
  const participants = [...members].map((member) => ({ wa_id: people.get(member)?.phone ?? member }));
  return { messaging_product: 'whatsapp', id, subject: name, description: about, participants };
}

/** What the number and people do with groups, and what is told of it. */
export function createGroups(account: Account, hook: HookCaller<Change>) {
  const tell = (field: string, group: Group, what: Fields) => {
    const told = { timestamp: timestamp(account), group_id: group.id, ...what };
    hook.push({ field, value: { ...around(account), groups: [told] } });
  };
  const participants = (group: Group, what: Fields) => tell('group_participants_update', group, what);
  const waIdOf = (id: string) => account.people.get(id)?.phone ?? id;
  const asked = () => ({ messaging_product: 'whatsapp', request_id: `req${nextNumber(account)}` });
  const newLink = () => `https://chat.whatsapp.com/Ab${nextNumber(account)}`;

  function create(fields: Fields): Fields {
    const {
      subject: name,
      description: about = '',
      join_approval_mode: mode = 'auto_approve',
    } = check(created, fields);
    if (account.isCoexistence) throw refusal(131000, 'Groups are not available to this number.');
    const id = Buffer.from(`capi_group:${account.phone}:${nextNumber(account)}`).toString('base64');
    const needsApproval = mode === 'approval_required';
    const group: Group = {
      id,
      subject: name,
      description: about,
      needsApproval,
      inviteLink: newLink(),
      members: new Set(),
      requests: new Map(),
    };
    account.groups.set(id, group);
    account.chats.of(id).title = name;
    const request_id = `req${nextNumber(account)}`;
    const link = { invite_link: group.inviteLink, join_approval_mode: mode };
    tell('group_lifecycle_update', group, {
      type: 'group_create',
      request_id,
      subject: name,
      description: about,
      ...link,
    });
    return { messaging_product: 'whatsapp', request_id };
  }

  /** A call below /<group>; undefined for one that there is not. */
  function call(group: Group, [method, what]: readonly [string, string], fields: Fields): Fields | undefined {
    switch (`${method} ${what}`) {
      case 'GET ':
        return shown(account, group);
      case 'POST ':
        return change(group, check(changed, fields));
      case 'DELETE ':
        account.groups.delete(group.id);
        tell('group_lifecycle_update', group, { type: 'group_delete' });
        return asked();
      case 'GET invite_link':
        return { messaging_product: 'whatsapp', invite_link: group.inviteLink };
      case 'POST invite_link':
        group.inviteLink = newLink();
        return { messaging_product: 'whatsapp', invite_link: group.inviteLink };
      case 'DELETE invite_link':
        group.inviteLink = '';
        return { success: true };
      case 'DELETE participants':
        return removeParticipants(group, fields);
      case 'GET join_requests':
        return {
          data: [...group.requests].map(([join_request_id, id]) => ({
            join_request_id,
            wa_id: waIdOf(id),
            creation_timestamp: timestamp(account),
          })),
        };
      case 'POST join_requests':
      case 'DELETE join_requests':
        return decide(group, check(decided, fields).join_requests, method === 'POST');
      default:
        return undefined;
    }
  }

  function change(group: Group, { subject: text = group.subject, description: about = group.description }: Changed) {
    Object.assign(group, { subject: text, description: about });
    account.chats.of(group.id).title = text;
    const told = { type: 'group_settings_update', group_subject: { text, update_successful: true } };
    tell('group_settings_update', group, told);
    return asked();
  }

  function removeParticipants(group: Group, fields: Fields): Fields {
    const { participants: named } = check(removed, fields);
    const ids = named.map(({ user }) => [...group.members].find((id) => waIdOf(id) === user.replace(/\D/g, '')));
    const gone = ids.filter((id) => id !== undefined);
    for (const id of gone) group.members.delete(id);
    const removed_participants = gone.map((id) => ({ wa_id: waIdOf(id) }));
    participants(group, { type: 'group_participants_remove', removed_participants, initiated_by: 'business' });
    return asked();
  }

  function decide(group: Group, requests: readonly string[], isLetIn: boolean): Fields {
    for (const request of requests) {
      const id = group.requests.get(request);
      if (id === undefined) throw refusal(131009, 'There is no such join request.');
      group.requests.delete(request);
      if (isLetIn) enter(group, id, 'join_request_approved');
    }
    return { messaging_product: 'whatsapp', [isLetIn ? 'approved_join_requests' : 'rejected_join_requests']: requests };
  }

  function enter(group: Group, id: string, reason: string): void {
    group.members.add(id);
    participants(group, { type: 'group_participants_add', reason, added_participants: [{ wa_id: waIdOf(id) }] });
  }

  /** A person uses the invitation. */
  function join(person: Person, group: Group): void {
    if (group.members.size >= groupMax.members) throw new Error('the group is full');
    if (!group.needsApproval) enter(group, person.id, 'invite_link');
    else ask(person, group);
  }

  function ask(person: Person, group: Group): void {
    const join_request_id = `jr${nextNumber(account)}`;
    group.requests.set(join_request_id, person.id);
    participants(group, { type: 'group_join_request_created', join_request_id, wa_id: waIdOf(person.id) });
  }

  function leave(person: Person, group: Group): void {
    const known = [...group.requests].find(([, id]) => id === person.id)?.[0];
    if (known !== undefined) {
      group.requests.delete(known);
      const request = { join_request_id: known, wa_id: waIdOf(person.id) };
      participants(group, { type: 'group_join_request_revoked', ...request });
      return;
    }
    group.members.delete(person.id);
    const removed_participants = [{ wa_id: waIdOf(person.id) }];
    participants(group, { type: 'group_participants_remove', removed_participants, initiated_by: 'participant' });
  }

  return { create, call, join, leave };
}
