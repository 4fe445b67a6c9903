import type { Events } from './callback.ts';
import { type Community, newCode, nextId, personOf } from './community.ts';
import { type LongPoll, pollKey } from './long-poll.ts';
import { eventTypes, type Fields, limits, VkError } from './types.ts';

/** What the methods work on. */
export interface MethodParts {
  readonly community: Community;
  readonly events: Events;
  readonly poll: LongPoll;
  readonly url: () => string;
}

export type Method = (parts: MethodParts, params: Fields) => unknown;

/** Methods about the community: its servers, its polls, its people. */
export const groupMethods: Readonly<Record<string, Method>> = {
  'groups.getById': ({ community: { id, name, screenName: screen_name } }) => ({
    groups: [
      { id, name, screen_name, is_closed: 0, type: 'group', photo_200: 'https://sun1-1.userapi.com/s/v1/ig2/a.jpg' },
    ],
    profiles: [],
  }),
  'groups.getTokenPermissions': () => ({
    mask: 266_240 + 4_096 + 262_144,
    permissions: [
      { name: 'manage', setting: 262_144 },
      { name: 'messages', setting: 4_096 },
      { name: 'photos', setting: 4 },
      { name: 'docs', setting: 131_072 },
    ],
  }),
  'groups.getCallbackConfirmationCode': ({ community }, params) => {
    checkGroup(community, params);
    return { code: community.confirmationCode };
  },
  'groups.addCallbackServer': ({ community, events }, params) => {
    const { url, title, secret } = serverParams(community, params);
    if (community.servers.size >= limits.servers) throw new VkError(2_000, 'Servers number limit is reached');
    if (community.troubles.take(['code_changes']) !== undefined) community.confirmationCode = newCode();
    const server = { id: nextId(community) % 1_000, url, title, secret, status: 'unconfigured' as const, settings: {} };
    community.servers.set(server.id, server);
    void events.confirm(server);
    return { server_id: server.id };
  },
  'groups.editCallbackServer': ({ community, events }, params) => {
    const server = serverOf(community, params);
    Object.assign(server, serverParams(community, params));
    void events.confirm(server);
    return 1;
  },
  'groups.deleteCallbackServer': ({ community }, params) => {
    community.servers.delete(serverOf(community, params).id);
    return 1;
  },
  'groups.getCallbackServers': ({ community }, params) => {
    checkGroup(community, params);
    const wanted = params.server_ids === undefined ? undefined : String(params.server_ids).split(',').map(Number);
    const items = [...community.servers.values()]
      .filter(({ id }) => wanted?.includes(id) ?? true)
      .map(({ id, title, url, secret: secret_key, status }) => ({ id, title, url, secret_key, status, creator_id: 1 }));
    return { count: items.length, items };
  },
  'groups.setCallbackSettings': ({ community }, params) => {
    change(serverOf(community, params).settings, params);
    return 1;
  },
  'groups.getCallbackSettings': ({ community }, params) => ({
    api_version: '5.199',
    events: settingsOf(serverOf(community, params).settings),
  }),
  'groups.setLongPollSettings': ({ community }, params) => {
    checkGroup(community, params);
    change(community.pollSettings, params);
    return 1;
  },
  'groups.getLongPollSettings': ({ community }, params) => {
    checkGroup(community, params);
    return { is_enabled: true, api_version: '5.199', events: settingsOf(community.pollSettings) };
  },
  'groups.getLongPollServer': ({ community, events: { history }, poll, url }, params) => {
    checkGroup(community, params);
    const server = `${url()}/whp/${community.id}`;
    return { key: pollKey(community, poll.expired), server, ts: String(history.first + history.events.length) };
  },
  'groups.setSettings': ({ community }, params) => {
    checkGroup(community, params);
    if (params.bots_capabilities !== undefined) community.isChatBot = isTrue(params.bots_capabilities);
    return 1;
  },
  'users.get': ({ community }, { user_ids: ids = '' }) =>
    String(ids)
      .split(',')
      .flatMap((id) => (community.people.has(Number(id)) ? [profileOf(community, id)] : [])),
};

function profileOf(community: Community, id: string) {
  const { id: number, name, access } = personOf(community, id);
  const [first_name, last_name = ''] = name.split(' ');
  const gone = access === 'deleted' ? { deactivated: 'deleted' } : {};
  return {
    id: number,
    first_name,
    last_name,
    domain: `id${id}`,
    screen_name: `id${id}`,
    photo_200: 'https://sun1-1.userapi.com/a.jpg',
    ...gone,
  };
}

/** A yes of a form. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}

function checkGroup({ id }: Community, { group_id: group }: Fields): void {
  if (group === undefined) throw new VkError(100, 'group_id is undefined');
  if (Number(group) !== id) throw new VkError(15, 'group_id is not of this token');
}

function serverOf(community: Community, params: Fields) {
  checkGroup(community, params);
  const server = community.servers.get(Number(params.server_id));
  if (server === undefined) throw new VkError(100, 'server_id is invalid');
  return server;
}

function serverParams(community: Community, params: Fields): { url: string; title: string; secret: string } {
  checkGroup(community, params);
  const { url, title, secret_key: secret = '' } = params as Record<string, string | undefined>;
  if (url === undefined || !/^https?:\/\/\S+$/.test(url)) throw new VkError(100, 'url is invalid');
  if (title === undefined || title === '' || title.length > limits.title)
    throw new VkError(100, `title may have ${limits.title} characters`);
  if (!limits.secret.test(secret)) throw new VkError(100, 'secret_key is invalid');
  return { url, title, secret };
}

function change(settings: Record<string, boolean>, params: Fields): void {
  for (const [name, value] of Object.entries(params)) {
    if (eventTypes.includes(name)) settings[name] = isTrue(value);
    else if (!/^(group_id|server_id|api_version|enabled|access_token|v)$/.test(name))
      throw new VkError(100, `${name} is not an event`);
  }
}

function settingsOf(settings: Readonly<Record<string, boolean>>): Fields {
  return Object.fromEntries(eventTypes.map((type) => [type, settings[type] === true ? 1 : 0]));
}
