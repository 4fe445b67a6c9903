import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryTools } from '@trunkline/testkit';
import { connect, disconnect, identify, probe } from './setup.ts';
import { codeOf, readCode } from './setup-code.ts';
import { channelWith } from './testing/channel.ts';
import { startWorld } from './testing/world.ts';

const line = '0b5e6c1e-8a54-5f1c-9d55-0000000000aa';

test('a code has 32 characters, holds the id of its line, and is another with each number and each secret', () => {
  const code = codeOf(line, 'own', 1);
  assert.match(code, /^[A-Za-z0-9_-]{32}$/);
  assert.equal(readCode(code)?.line, line);
  const others = [codeOf(line, 'own', 2), codeOf(line, 'other', 1), codeOf(line.replace('aa', 'ab'), 'own', 1)];
  assert.equal(new Set([code, ...others]).size, 4);
  assert.throws(() => codeOf('not a uuid', 'own', 1), RangeError);
});

test('a code is read bare or at the end of the address of its line; nothing else is one', () => {
  const code = codeOf(line, 'own', 1);
  const url = `https://shop.example/hooks/network/${line}`;
  assert.deepEqual(readCode(` ${code}\n`), { code, line, url: undefined, start: '' });
  assert.deepEqual(readCode(`${url}?start=spring#${code}`), { code, line, url, start: 'spring' });
  const wrong = ['', code.slice(1), `${code}a`, url, `ftp://a.example/${line}#${code}`, `https://a.example/x#${code}`];
  for (const pasted of wrong) assert.equal(readCode(pasted), undefined, pasted);
});

test('a line is its own account and shows its address with the code; closed, it shows none and says so', async () => {
  await using world = await startWorld();
  const connected = await world.open();
  assert.equal(connected.accountId, world.channel.id);
  assert.equal(connected.address, `${world.hook.url}#${codeOf(world.channel.id, world.secrets.own ?? '', 1)}`);
  assert.equal((await world.open()).address, connected.address, 'connected again it keeps its code');
  const closed = channelWith(world.secrets, { isOpen: false });
  const { deepLink, warnings } = await connect(closed, world.hook.url, world.tools());
  assert.deepEqual([deepLink, warnings?.length], [undefined, 1]);
});

test('whoever joins is told the name of the line and reads it back; again, it stays the same partner', async () => {
  await using world = await startWorld();
  const connected = await world.join();
  assert.equal(connected.accountName, 'Partner support');
  assert.deepEqual(
    world.simulator.calls.map(({ call }) => call.type),
    ['look'],
  );
  const { key, own } = world.secrets;
  await world.join();
  assert.deepEqual([world.secrets.key, world.secrets.own], [key, own]);
  assert.equal(world.simulator.account.seats.size, 1);
});

test('a company joins a line once, whichever channel tries; another company is another account', async () => {
  const code = codeOf(line, 'own', 1);
  const accountOf = async (id: string, tenantId: string) =>
    (await identify(channelWith({ code }, { id, tenantId }))).accountId;
  const first = await accountOf('11111111-1111-5111-8111-111111111111', 'tenant-1');
  assert.equal(await accountOf('11111111-1111-5111-8111-111111111112', 'tenant-1'), first);
  const other = await accountOf('11111111-1111-5111-8111-111111111113', 'tenant-2');
  assert.notEqual(other, first);
  assert.ok(!first.includes('tenant-1'), 'who it is stands in no id');
});

test('a wrong code, a renewed one and a line that is gone are one answer: there is no such line', async () => {
  await using world = await startWorld();
  const { simulator } = world;
  const { origin } = new URL(simulator.url);
  const address = simulator.lineAddress();
  const [url = '', code = ''] = address.split('#');
  const nobody = codeOf(line, 'own', 1);
  simulator.renewCode();
  const wrong = [address, `${url}#${code.slice(0, -2)}AA`, `${origin}/hooks/network/${line}#${nobody}`];
  for (const pasted of wrong) {
    await assert.rejects(world.join(pasted), { code: 'recipient_invalid', platformCode: 'NOT_FOUND' });
  }
  await world.join();
});

test('what is no code is refused in words, and so is a line that joins itself', async () => {
  await assert.rejects(identify(channelWith({ code: 'sesame' })), { code: 'invalid_argument' });
  const id = '11111111-1111-5111-8111-111111111111';
  await assert.rejects(identify(channelWith({ code: codeOf(id, 'own', 1) })), {
    message: 'A line cannot join itself.',
  });
});

test('a closed line takes nobody new; whoever joined before goes on, also after the code was renewed', async () => {
  await using world = await startWorld();
  const { simulator } = world;
  await world.join();
  simulator.setOpen({ isOpen: false });
  simulator.renewCode();
  await world.join();
  await using other = await startWorld();
  await assert.rejects(other.join(simulator.lineAddress()), { code: 'recipient_blocked', platformCode: 'INACTIVE' });
});

test('a line that forgot its partner is joined anew by the code', async () => {
  await using world = await startWorld();
  await world.join();
  const { key } = world.secrets;
  for (const seat of world.simulator.account.seats.keys()) world.simulator.forget({ from: seat });
  await world.join();
  assert.equal(world.secrets.key, key, 'its name is still its own');
});

test('without a public address nothing is connected', async () => {
  await assert.rejects(connect(channelWith({}), undefined, createMemoryTools()), { code: 'permission' });
});

test('leaving tells the line; a line that is gone need not be told', async () => {
  await using world = await startWorld();
  await world.join();
  await disconnect(world.channel, world.tools());
  const [seat] = world.simulator.account.seats.values();
  assert.equal(seat?.hasLeft, true);
  for (const id of world.simulator.account.seats.keys()) world.simulator.forget({ from: id });
  await disconnect(world.channel, world.tools());
});

test('a probe finds an address that changed, a line that is gone, and a partner that is not known any more', async () => {
  await using world = await startWorld();
  const ask = async (hookUrl = world.hook.url) => (await probe(world.channel, hookUrl, world.tools())).state;
  await world.open();
  assert.deepEqual([await ask(), await ask('https://elsewhere.example/x')], ['ok', 'degraded']);
  await world.join();
  assert.equal(await ask(), 'ok');
  world.simulator.fail({ kind: 'refusal', status: 404 });
  assert.equal(await ask(), 'degraded');
  for (const id of world.simulator.account.seats.keys()) world.simulator.forget({ from: id });
  await assert.rejects(ask(), { code: 'auth_revoked' });
});
