import { type Account, type Connected, type Health, newSecret, probed, type Tools } from '@trunkline/adapter-kit';
import { type Party, PartyScope } from '@trunkline/contracts';
import { z } from 'zod';
import { apiVersion, type Channel, callApi, type Params } from './api.ts';
import { Refusal } from './errors.ts';
import { updateKinds } from './parse.ts';
import { codeSchema, groupsSchema, pollServerSchema, serverSchema, serversSchema, userSchema } from './types.ts';

/** Names of the secrets of the hook: what VK sends with every call, and what it wants to hear in the handshake. */
export const hookSecret = 'hookSecret';
export const confirmationCode = 'confirmationCode';

const done = z.unknown();
const serversMax = 10;
const getGroup = ['groups.getById', groupsSchema] as const;
const getServers = ['groups.getCallbackServers', serversSchema] as const;

/** Asks whose token it is, and for the code of the handshake, which comes while the hook is being written. */
export async function identify(channel: Channel, tools: Tools): Promise<Account> {
  const { id, name } = await groupOf(channel, tools);
  const code = await readCode(id, channel, tools);
  const secret = channel.optionalSecret(hookSecret) ?? newHookSecret();
  return { accountId: String(id), accountName: name, secrets: { [confirmationCode]: code, [hookSecret]: secret } };
}

/** Writes the hook's address, and reads back what VK made of it. Without an address VK's events are fetched instead. */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  const group = await groupOf(channel, tools);
  const secret = channel.optionalSecret(hookSecret) ?? newHookSecret();
  // The former ones go last: as long as the new one is not there, VK calls them.
  const former = await ownServers(group.id, channel, tools);
  await subscribe(group.id, hookUrl === undefined ? undefined : { url: hookUrl, secret_key: secret }, channel, tools);
  await removeServers(group.id, former, channel, tools);
  const settled = await settle(group.id, channel, tools);
  const found = hookUrl === undefined ? undefined : await trouble(group.id, hookUrl, channel, tools);
  return {
    ...{ accountId: String(group.id), accountName: group.name },
    deepLink: `https://vk.me/${group.screen_name || `club${group.id}`}?ref=`,
    hookUrl: hookUrl ?? '',
    warnings: [...settled, ...(found === undefined ? [] : [found])],
    secrets: { [hookSecret]: secret },
  };
}

/** Takes our hook away; other programs keep theirs. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  const { id } = await groupOf(channel, tools);
  await removeServers(id, await ownServers(id, channel, tools), channel, tools);
}

/** What the handshake wants to hear: VK changes it. */
export async function readCode(group_id: number, channel: Channel, tools: Tools): Promise<string> {
  return (await callApi(['groups.getCallbackConfirmationCode', codeSchema], { group_id }, channel, tools)).code;
}

/** Asks VK what it thinks of the community and of our hook. */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  return await probed('VK', async () => {
    const { id, deactivated } = await groupOf(channel, tools);
    if (deactivated !== undefined) return { state: 'banned', reason: `VK has closed the community: ${deactivated}.` };
    if (hookUrl === undefined)
      await callApi(['groups.getLongPollServer', pollServerSchema], { group_id: id }, channel, tools);
    const found = hookUrl === undefined ? undefined : await trouble(id, hookUrl, channel, tools);
    return found === undefined ? { state: 'ok', reason: '' } : { state: 'degraded', reason: found };
  });
}

/** Who a person or a community is: VK's calls tell nothing but the number. */
export async function introduce({ platformId: id }: Party, channel: Channel, tools: Tools): Promise<Partial<Party>> {
  if (id.startsWith('-')) {
    const [group] = await callApi(getGroup, { group_id: id.slice(1) }, channel, tools);
    return named(group.name, group.screen_name);
  }
  const fields = 'photo_200,screen_name,city,domain';
  const [user] = await callApi(['users.get', userSchema], { user_ids: id, fields }, channel, tools);
  const { first_name: firstName = '', last_name: lastName = '', screen_name: word = user?.domain } = user ?? {};
  return { firstName, lastName, ...named(`${firstName} ${lastName}`.trim(), word) };
}

function named(displayName: string, word: string | undefined): Partial<Party> {
  const scope = PartyScope.PARTY_SCOPE_GLOBAL;
  return { displayName, scope, ...(word === undefined || word === '' ? {} : { alternativeIds: { username: word } }) };
}

async function groupOf(channel: Channel, tools: Tools) {
  return (await callApi(getGroup, { group_id: channel.accountId || undefined }, channel, tools))[0];
}

/** VK takes letters and digits only. */
function newHookSecret(): string {
  return newSecret().replaceAll(/[^a-zA-Z0-9]/g, '');
}

/** Asks for what is to be told, one parameter a kind: of our server, or of the poll where there is none. */
async function subscribe(group_id: number, hook: Params | undefined, channel: Channel, tools: Tools): Promise<void> {
  const isWanted = (kind: string) => kind !== 'message_typing_state' || channel.settings.isTypingTold;
  const kinds = Object.fromEntries(updateKinds.map((kind) => [kind, isWanted(kind) ? 1 : 0]));
  const wanted = { group_id, api_version: apiVersion, ...kinds };
  const server = hook && { group_id, ...hook, title: 'Trunkline' };
  const added = server && (await callApi(['groups.addCallbackServer', serverSchema], server, channel, tools));
  const method = added === undefined ? 'groups.setLongPollSettings' : 'groups.setCallbackSettings';
  await callApi([method, done], { ...wanted, ...(added ?? { enabled: 1 }) }, channel, tools);
}

/**
 * Ours are those that lead to this channel, wherever it had its address before. Where a community has all that VK lets it have, one
 * of ours makes room for the next: one that does not work, if there is one.
 */
async function ownServers(group_id: number, channel: Channel, tools: Tools): Promise<number[]> {
  const { items } = await callApi(getServers, { group_id }, channel, tools);
  const ours = items.filter(({ url }) => url.endsWith(`/hooks/vk/${channel.id}`));
  const ids = ours
    .toSorted((one, other) => Number(one.status === 'ok') - Number(other.status === 'ok'))
    .map(({ id }) => id);
  if (items.length < serversMax) return ids;
  await removeServers(group_id, ids.splice(0, 1), channel, tools);
  return ids;
}

async function removeServers(group_id: number, ids: readonly number[], channel: Channel, tools: Tools): Promise<void> {
  for (const server_id of ids) {
    await callApi(['groups.deleteCallbackServer', done], { group_id, server_id }, channel, tools);
  }
}

/** Switches messages on, with the button before the first word. Whoever may not is told, and everything else works. */
async function settle(group_id: number, channel: Channel, tools: Tools): Promise<string[]> {
  try {
    const on = { messages: 1, bots_capabilities: 1, bots_start_button: 1 };
    await callApi(['groups.setSettings', done], { group_id, ...on }, channel, tools);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'auth_revoked') throw error;
    return ['The token may not change the community: switch on messages and the abilities of bots by hand.'];
  }
}

async function trouble(group_id: number, hookUrl: string, channel: Channel, tools: Tools): Promise<string | undefined> {
  const { items } = await callApi(getServers, { group_id }, channel, tools);
  const ours = items.find(({ url }) => url === hookUrl);
  if (ours === undefined) return 'VK does not call us any more: write the hook again.';
  // VK shakes hands a moment later.
  if (['ok', 'wait'].includes(ours.status ?? 'ok')) return undefined;
  return `VK says of our hook: ${ours.status}. Write the hook again.`;
}
