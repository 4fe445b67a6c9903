import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChannelState, type IngressItem, MessageState } from '@trunkline/contracts';
import type { HostedService, StartedService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { sent } from '../testing/platform.ts';
import { type Surroundings, sendText, startSurroundings, token } from '../testing/surroundings.ts';

let around: Surroundings;
let hosted: HostedService<unknown>;
let service: StartedService<unknown>;
/** What the platform says of an account; those that are not named are well. */
const accounts = new Map<string, { status: number; body?: object }>();
before(async () => {
  around = await startSurroundings('probed');
  around.platform.probed = (channelId) => accounts.get(channelId) ?? { status: 200, body: { state: 'ok' } };
  hosted = around.start({ PROBE_SECONDS: '0.2', SEND_DENIED_SECONDS: '6' });
  service = await hosted.ready;
});
after(async () => {
  await hosted?.stop();
  await around?.[Symbol.asyncDispose]();
});

const { CHANNEL_STATE_OK: ok, CHANNEL_STATE_NEEDS_SIGN_IN: signIn, CHANNEL_STATE_DEGRADED: degraded } = ChannelState;
const toldOf = (channelId: string) => around.told.filter((told) => told.channelId === channelId);
const statesOf = (items: readonly IngressItem[]) =>
  items.flatMap(({ item }) => {
    const events = item?.$case === 'hookCall' ? item.value.events : [];
    return events.flatMap(({ event }) => (event?.$case === 'channelState' ? event.value.state : []));
  });
const textsTo = (who: string) => around.platform.asked.filter(({ to }) => to === who).map(({ text }) => text);

test('a channel is asked by itself, its portal hears of each change once, and orders wait while it has to be signed in', async () => {
  const id = await around.channel();
  await until(() => toldOf(id).some(({ state }) => state === ok));
  accounts.set(id, { status: 401 });
  await until(() => toldOf(id).some(({ state }) => state === signIn));
  await until(async () => statesOf(await around.entered(id)).length === 1);
  const before = toldOf(id).length;
  await around.order(sendText(id, 'anna', '1'), sendText(id, 'anna', '2'));
  await until(() => toldOf(id).length > before + 3);
  assert.deepEqual(textsTo('anna'), [], 'nothing is tried while a person has to sign in');
  accounts.delete(id);
  await until(() => textsTo('anna').length === 2);
  await until(async () => statesOf(await around.entered(id)).length === 2);
  assert.deepEqual(statesOf(await around.entered(id)), [signIn, ok]);
});

test('a channel that cannot be opened is degraded, with the reason', async () => {
  const id = await around.channel({ sealedSecrets: 'of another key' });
  const told = await until(() => toldOf(id)[0]);
  assert.equal(told.state, degraded);
  assert.match(told.reason, /^The channel cannot be opened: the secrets/);
  await around.channel({ id, revision: 2 });
  await until(() => toldOf(id).some(({ state, revision }) => state === ok && revision === 2));
});

test('a platform that is silent once is no news; silent thrice, the channel is degraded', async () => {
  const id = await around.channel();
  let silent = 0;
  await until(() => toldOf(id).length > 0);
  around.platform.probed = (channelId) => {
    if (channelId !== id) return accounts.get(channelId) ?? { status: 200, body: { state: 'ok' } };
    silent += 1;
    return { status: 503 };
  };
  await until(() => silent >= 2);
  await until(() => toldOf(id).some(({ state }) => state === degraded));
  assert.ok(silent >= 3);
  assert.match(toldOf(id).at(-1)?.reason ?? '', /cannot be asked: it answered 503/);
  around.platform.probed = (channelId) => accounts.get(channelId) ?? { status: 200, body: { state: 'ok' } };
});

test('the end of a token and a renewed one are told with the revision that they are about', async () => {
  const id = await around.channel({ revision: 7 });
  accounts.set(id, { status: 200, body: { state: 'ok', tokenEndsAtMs: 1_800_000_000_000, renewed: 'new token' } });
  const told = await until(() => toldOf(id).find(({ secrets }) => 'token' in secrets));
  assert.deepEqual(
    [told.revision, told.tokenEndsAt?.getTime(), told.secrets],
    [7, 1_800_000_000_000, { token: 'new token' }],
  );
});

test('what the platform says of the account by itself reaches the directory, and the portal once', async () => {
  const id = await around.channel();
  accounts.set(id, { status: 200, body: { state: 'banned' } });
  const body = JSON.stringify({ seq: 1, from: 'x', text: 'banned: spam' });
  const call = async () =>
    await fetch(`${service.addresses.http}/hooks/probed/${id}`, {
      method: 'POST',
      headers: { 'x-sample-token': token },
      body,
    });
  await until(async () => (await call()).status === 200);
  const told = await until(() => toldOf(id).find(({ isTold }) => isTold));
  assert.deepEqual([told.state, told.reason], [ChannelState.CHANNEL_STATE_BANNED, 'banned: spam']);
});

test('how many channels are in which state is measured', async () => {
  const id = await around.channel();
  accounts.set(id, { status: 200, body: { state: 'banned' } });
  const address = `${service.addresses.metrics}/metrics`;
  await until(async () => {
    const text = await (await fetch(address)).text();
    return /trunkline_channels\{state="banned",service="probed"\} [1-9]/.test(text);
  });
});

test('one order that is refused as if the account were signed out fails alone, while the platform says that it is well', async () => {
  const id = await around.channel();
  await until(() => toldOf(id).some(({ state }) => state === ok));
  around.platform.react = (asked) =>
    asked.to === 'denied' ? { status: 401 } : { status: 200, body: { id: `p-${asked.id}` } };
  await around.order(
    sendText(id, 'denied', '1', { id: 'denied-1' }),
    sendText(id, 'allowed', '2', { id: 'allowed-1' }),
  );
  const failed = await until(async () => {
    const items = await around.entered(id);
    const results = items.flatMap(({ item }) => (item?.$case === 'sendResult' ? [item.value] : []));
    return results.length === 2 && results.find(({ messageId }) => messageId === 'denied-1');
  }, 30_000);
  assert.equal(failed.error?.code, 'permission');
  assert.deepEqual(
    textsTo('denied'),
    ['1', '1', '1'],
    'it is tried again, for the account may have been signed in again',
  );
  assert.deepEqual(textsTo('allowed'), ['2']);
  assert.ok(
    toldOf(id).every(({ state }) => state !== signIn),
    'and the channel stays open',
  );
});

test('whether an order is refused for good does not depend on how often it had waited before', async () => {
  const id = await around.channel();
  const answers = [503, 401, 401];
  around.platform.react = (asked) => {
    const status = asked.to === 'waited' ? (answers.shift() ?? 200) : 200;
    return status === 200 ? { status, body: { id: `p-${asked.id}` } } : { status };
  };
  await around.order(sendText(id, 'waited', '3', { id: 'waited-1' }));
  const sent = await until(async () => {
    const items = await around.entered(id);
    return items.flatMap(({ item }) => (item?.$case === 'sendResult' ? [item.value] : []))[0];
  }, 30_000);
  assert.deepEqual([sent.state, sent.attempts], [MessageState.MESSAGE_STATE_SENT, 4]);
});

test('a refusal that a person has to look after shows, whatever the account says, until something is sent; its pause holds', async () => {
  const id = await around.channel({ state: ok });
  await until(() => toldOf(id).some(({ state }) => state === ok));
  const pauseMs = 2_500;
  let tries = 0;
  around.platform.react = (asked) => {
    if (asked.to !== 'spam') return sent(asked);
    tries += 1;
    if (tries > 1) return sent(asked);
    return { status: 429, body: { scope: 'channel', retryAfterMs: pauseMs, alert: 'People report this number.' } };
  };
  await around.order(sendText(id, 'spam', 'hello'));
  const alarm = await until(() => toldOf(id).find(({ state }) => state === degraded));
  assert.equal(alarm.reason, 'People report this number.');
  const asked = toldOf(id).length;
  await until(() => toldOf(id).length > asked + 2);
  assert.ok(
    toldOf(id)
      .slice(asked)
      .every(({ state }) => state === degraded),
    'the account is well, and yet',
  );
  assert.equal(tries, 1);
  await until(() => tries === 2);
  const [first, second] = around.platform.asked.filter(({ to }) => to === 'spam');
  assert.ok((second?.atMs ?? 0) - (first?.atMs ?? 0) >= pauseMs - 100, 'what we say of it ourselves ends no pause');
  await until(() => toldOf(id).at(-1)?.state === ok);
  await until(async () => statesOf(await around.entered(id)).length === 2);
  assert.deepEqual(statesOf(await around.entered(id)), [degraded, ok]);
});
