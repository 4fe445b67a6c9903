import {
  type Account,
  type ChannelAccess,
  type Connected,
  ConnectorError,
  type Health,
  newSecret,
  sharedHookUrl,
  type Tools,
} from '@trunkline/adapter-kit';
import { type Caller, callPeer } from './api.ts';
import { forgetMoved, whereItIs } from './hook-moved.ts';
import type { Settings } from './settings.ts';
import { codeOf, type NamedLine, readCode, shownAddress } from './setup-code.ts';
import { joinedSchema, lookedSchema, takenSchema } from './types.ts';
import { joinPath } from './verify.ts';
import { companyMark, lastPartOf, lineRoute, partnerName, type Route, secretNames, sideOf } from './verify-sides.ts';

type Channel = ChannelAccess<Settings>;

/** A line is its own account. Whoever joins is an account of the line's, one a company: so nobody joins a line twice. */
export async function identify(channel: Channel): Promise<Account> {
  const accountName = channel.settings.publicName;
  if (sideOf(channel) === 'line') return { accountId: channel.id, accountName };
  const { line } = namedLine(channel);
  return { accountId: `${line}.${companyMark(channel.tenantId, line)}`, accountName: '' };
}

/** Of a line: makes its code. Else: joins the line that the code names, and reads that back. */
export async function connect(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Connected> {
  if (hookUrl === undefined)
    throw new ConnectorError('permission', 'the network needs a public address: set PUBLIC_URL');
  const own = channel.optionalSecret(secretNames.own) || newSecret();
  if (sideOf(channel) === 'partner') return await join(channel, { own, hookUrl }, tools);
  const { publicName, codeNumber, isOpen } = channel.settings;
  const code = codeOf(channel.id, own, codeNumber);
  return {
    ...{ accountId: channel.id, accountName: publicName, hookUrl },
    ...(isOpen ? { deepLink: shownAddress(hookUrl, code) } : {}),
    secrets: { [secretNames.own]: own, [secretNames.ownUrl]: hookUrl },
    warnings: isOpen ? [] : ['The line is closed: nobody can join it by its code.'],
  };
}

interface Joining {
  readonly own: string;
  readonly hookUrl: string;
}

/** Whoever has joined stays, even if the code was renewed meanwhile: only a line that does not know us is joined anew. */
async function join(channel: Channel, { own, hookUrl }: Joining, tools: Tools): Promise<Connected> {
  const named = namedLine(channel);
  const pasted = named.url ?? sharedHookUrl(hookUrl, named.line);
  const route: Route = { side: 'partner', from: partnerName(own), to: named.line, url: pasted, key: '' };
  const caller = { channel, ownUrl: hookUrl, tools };
  const found = await findAgain(route, caller);
  const key = found?.route.key ?? (await joinAnew(named, { ...route, key: named.code }, own, caller));
  const { url } = found?.route ?? route;
  const name = found?.name ?? (await look({ ...route, key }, caller));
  // Whoever joins tells where it is; whoever stays may be elsewhere than the line believes.
  if (found !== undefined && channel.optionalSecret(secretNames.ownUrl) !== hookUrl)
    await callPeer({ fields: { type: 'moved' } }, found.route, takenSchema, caller);
  await forgetMoved(tools);
  return {
    accountId: `${named.line}.${companyMark(channel.tenantId, named.line)}`,
    ...{ accountName: name, hookUrl },
    secrets: {
      ...{ [secretNames.own]: own, [secretNames.ownUrl]: hookUrl },
      ...{ [secretNames.lineUrl]: url, [secretNames.key]: key },
    },
  };
}

/** A line that knows us: at the address that was entered, or where it was since. Undefined: it does not, anywhere. */
async function findAgain(route: Route, caller: Caller): Promise<{ name: string; route: Route } | undefined> {
  const { channel, tools } = caller;
  const key = channel.optionalSecret(secretNames.key) ?? '';
  const since = channel.optionalSecret(secretNames.lineUrl) ?? '';
  if (key === '' || lastPartOf(since) !== route.to) return undefined;
  const told = await whereItIs({ ...route, url: since }, tools.state);
  const failures: unknown[] = [];
  for (const url of new Set([route.url, told.url, since])) {
    const there = { ...route, key, url };
    const name = await look(there, caller).catch((error: unknown) => {
      if (!isUnknown(error)) failures.push(error);
    });
    if (name !== undefined) return { name, route: there };
  }
  // Where nobody answers now, a line that knows us may be: it is not joined a second time.
  if (failures.length > 0) throw failures[0];
  return undefined;
}

async function look(route: Route, caller: Caller): Promise<string> {
  return (await callPeer({ fields: { type: 'look' } }, route, lookedSchema, caller)).name;
}

async function joinAnew({ start }: NamedLine, route: Route, proof: string, caller: Caller): Promise<string> {
  const tenant = companyMark(caller.channel.tenantId, route.to);
  const fields = { type: 'join', tenant, ...(start === '' ? {} : { start }) };
  const joined = await callPeer({ fields, path: joinPath, proof }, route, joinedSchema, caller).catch(
    (error: unknown) => {
      // A code that is wrong and a line that is gone are not told apart: whoever guesses learns nothing.
      if (isUnknown(error)) throw new ConnectorError('recipient_invalid', noSuchLine, { platformCode: 'NOT_FOUND' });
      throw error;
    },
  );
  return joined.key;
}

const noSuchLine = 'No line has this code: it is wrong, was renewed, or the line is gone. Ask its owner for the code.';

function namedLine(channel: Channel): NamedLine {
  const named = readCode(channel.secret(secretNames.code));
  const words = 'This is no code of a line: it has 32 characters, alone or at the end of the address of the line.';
  if (named === undefined) throw new ConnectorError('invalid_argument', words);
  if (named.line === channel.id) throw new ConnectorError('invalid_argument', 'A line cannot join itself.');
  return named;
}

/** Tells the line that nobody writes or listens any more. A line that is gone need not be told. */
export async function disconnect(channel: Channel, tools: Tools): Promise<void> {
  if (sideOf(channel) === 'line') return;
  const route = await whereItIs(lineRoute(channel), tools.state);
  const leaving = callPeer({ fields: { type: 'leave' } }, route, takenSchema, { channel, tools });
  await leaving.catch(unlessUnknown);
}

/** A line is well as long as its address is the one that its partners have; a partner asks its line. */
export async function probe(channel: Channel, hookUrl: string | undefined, tools: Tools): Promise<Health> {
  if (hookUrl !== channel.optionalSecret(secretNames.ownUrl)) {
    return { state: 'degraded', reason: 'The public address has changed: write the hook again.' };
  }
  if (sideOf(channel) === 'line') return { state: 'ok', reason: '' };
  const known = lineRoute(channel);
  const route = await whereItIs(known, tools.state);
  try {
    await look(route, { channel, tools });
    // A line that has moved is found there: from now on it is called there.
    return { state: 'ok', reason: '', ...(route.url === known.url ? {} : { secrets: { lineUrl: route.url } }) };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.platformCode !== 'NOT_FOUND') throw error;
    return { state: 'degraded', reason: 'The line is gone or switched off: what is written to it is refused.' };
  }
}

function isUnknown(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && (error.code === 'auth_revoked' || error.platformCode === 'NOT_FOUND');
}

function unlessUnknown(error: unknown): undefined {
  if (!isUnknown(error)) throw error;
}
