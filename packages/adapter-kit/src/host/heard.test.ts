import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelState } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { startSurroundings, token } from '../testing/surroundings.ts';

const { CHANNEL_STATE_OK: ok, CHANNEL_STATE_BANNED: banned } = ChannelState;

test('news that come again, or were made long ago, have the account asked at once, whose answer counts; fresh ones hold', async () => {
  await using around = await startSurroundings('probed');
  around.platform.probed = () => ({ status: 200, body: { state: 'ok' } });
  // By itself nobody would be asked while this test lasts.
  await using hosted = around.start({ PROBE_SECONDS: '3600' });
  const { addresses } = await hosted.ready;
  const id = await around.channel();
  const tell = async (seq: number, atMs: number) => {
    const body = JSON.stringify({ seq, from: 'x', text: `banned: ${seq}`, atMs });
    const headers = { 'x-sample-token': token };
    return (await fetch(`${addresses.http}/hooks/probed/${id}`, { method: 'POST', headers, body })).status;
  };
  const told = () => around.told.map(({ state, isTold, isPast }) => [state, isTold, isPast]);
  const toldAfter = async (count: number) => {
    await until(() => told().length >= count, 20_000);
    return told().slice(count - 1);
  };
  const now = Date.now();

  await until(async () => (await tell(1, now - 3_600_000)) === 200);
  assert.deepEqual(await toldAfter(2), [[ok, false, false]], 'it was asked');
  assert.deepEqual(told()[0], [banned, true, true], 'the portal heard it, and it may not hold any more');

  await tell(2, now);
  assert.deepEqual(await toldAfter(3), [[banned, true, false]], 'it holds');

  await tell(2, now);
  assert.deepEqual(await toldAfter(4), [[ok, false, false]], 'what comes again only has it asked');
});
