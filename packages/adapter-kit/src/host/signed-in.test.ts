import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChannelState } from '@trunkline/contracts';
import type { HostedService } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { sent } from '../testing/platform.ts';
import { type Surroundings, sendText, startSurroundings } from '../testing/surroundings.ts';

let around: Surroundings;
let hosted: HostedService<unknown>;
before(async () => {
  around = await startSurroundings('sample');
  hosted = around.start();
  await hosted.ready;
});
after(async () => {
  await hosted?.stop();
  await around?.[Symbol.asyncDispose]();
});

const { CHANNEL_STATE_OK: ok, CHANNEL_STATE_NEEDS_SIGN_IN: signIn } = ChannelState;
const toldOf = (channelId: string) => around.told.filter((told) => told.channelId === channelId);

/** What the channel's portal heard of it, once it is so much. */
async function heardOf(channelId: string, count: number) {
  return await until(async () => {
    const states = (await around.entered(channelId)).flatMap(({ item }) => {
      const events = item?.$case === 'hookCall' ? item.value.events : [];
      return events.flatMap(({ event }) => (event?.$case === 'channelState' ? event.value.state : []));
    });
    return states.length >= count && states;
  });
}

test('a messenger that cannot be asked: once a person has signed in again, directory and portal hear that all is well', async () => {
  const id = await around.channel();
  around.platform.react = () => ({ status: 401 });
  await around.order(sendText(id, 'anna', 'hello'));
  assert.deepEqual(await heardOf(id, 1), [signIn]);
  around.platform.react = sent;
  // So the directory publishes a channel that was connected anew.
  await around.channel({ id, revision: 2, state: ok });
  const told = await until(() => toldOf(id).find(({ state }) => state === ok));
  assert.equal(told.revision, 2);
  assert.deepEqual(await heardOf(id, 2), [signIn, ok]);
});

test('a messenger that cannot be asked: a message that it takes ends the trouble, too', async () => {
  const id = await around.channel();
  let tries = 0;
  around.platform.react = (asked) => {
    tries += 1;
    return tries === 1 ? { status: 401 } : sent(asked);
  };
  await around.order(sendText(id, 'anna', 'hello'));
  assert.deepEqual(await heardOf(id, 1), [signIn]);
  // A channel that changes is tried at once, if its order waits already; nobody has signed in.
  await until(async () => {
    await around.channel({ id, state: signIn });
    return tries > 1;
  });
  assert.deepEqual(await heardOf(id, 2), [signIn, ok]);
});

test('what the former token is told does not undo a signing in that came while it was tried', async () => {
  const id = await around.channel();
  const { addresses } = await hosted.ready;
  let tries = 0;
  around.platform.react = async (asked) => {
    tries += 1;
    if (tries > 1) return sent(asked);
    const settingsJson = JSON.stringify({ apiUrl: around.platform.url, app: 'anew' });
    await around.channel({ id, revision: 2, state: ok, settingsJson });
    // The connector has heard of it once the channel has its new address.
    const hook = `${addresses.http}/hooks/sample/app-anew`;
    await until(async () => (await fetch(hook, { method: 'POST', body: '{}' })).status === 401);
    return { status: 401 };
  };
  await around.order(sendText(id, 'anna', 'hello'));
  await until(() => tries > 1, 30_000);
  assert.ok(toldOf(id).every(({ state }) => state !== signIn));
});
