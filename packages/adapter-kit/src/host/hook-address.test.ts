import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelAccess } from '../channel.ts';
import type { Hook, RawCall } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { addressedBy } from './hook-address.ts';

const channel = { id: 'one' } as ChannelAccess;
const call = { body: new Uint8Array() } as RawCall;

/** Asks for the channels of a call whose proof is as given. */
async function asked(verify: Hook['verify']) {
  return await addressedBy(
    {
      hook: { verify, parse: () => [] },
      channels: { find: () => channel, ready: () => channel, entry: () => undefined },
      shared: () => [],
      toolsOf: ({ id }, signal) => ({ now: () => id.length, signal }) as unknown as Tools,
    },
    call,
    'one',
  );
}

test("a proof may use the tools of the call's own channel, for as long as the platform waits", async () => {
  const found = await asked((_call, _channel, tools) => tools.now() === 3 && !tools.signal.aborted);
  assert.deepEqual(found, { answering: channel, calls: [{ channel, call }], isShared: false, isCut: false });
});

test('a proof that cannot be had now makes the platform call again; one that fails in any other way is none', async () => {
  const fails = (error: Error) => asked(() => Promise.reject(error));
  await assert.rejects(fails(new ConnectorError('transient', 'no keys')), { code: 'unavailable', certain: true });
  await assert.rejects(fails(new ConnectorError('malformed', 'no JSON')), { code: 'bad_signature' });
  await assert.rejects(fails(new Error('a mistake')), { code: 'bad_signature' });
});

const sharing = ['one', 'two', 'three'].map((id) => ({ id, accountId: id }) as ChannelAccess);

/** Asks for the channels of a call at an address that three share; the first two have the same secret. */
async function askedAtShared(isProved: (id: string) => boolean) {
  const done: string[] = [];
  const hook: Hook = {
    verify: (_call, { id }) => {
      done.push(`proof of ${id}`);
      return isProved(id);
    },
    parse: () => [],
    shared: {
      key: () => 'app',
      proof: ({ id }) => (id === 'three' ? 'own' : 'same'),
      divide: ({ body }) => {
        done.push('divided');
        return () => body;
      },
    },
  };
  const found = await addressedBy(
    {
      hook,
      channels: {
        find: () => undefined,
        ready: (id) => sharing.find((one) => one.id === id),
        entry: () => undefined,
      },
      shared: () => sharing.map(({ id }) => id),
      toolsOf: (_channel, signal) => ({ signal }) as unknown as Tools,
    },
    call,
    'app',
  ).catch(({ code }: { code: string }) => code);
  return { done, found: typeof found === 'string' ? found : found.calls.map(({ channel: { id } }) => id) };
}

test('nothing of a call is read before somebody at its address has proved it', async () => {
  const { done, found } = await askedAtShared(() => false);
  assert.equal(found, 'bad_signature');
  assert.deepEqual(done, ['proof of one', 'proof of three']);
});

test('channels with the same secret prove a call once; a stranger among them proves it alone', async () => {
  const { done, found } = await askedAtShared((id) => id !== 'three');
  assert.deepEqual(found, ['one', 'two']);
  assert.deepEqual(done, ['proof of one', 'divided', 'proof of three']);
});
