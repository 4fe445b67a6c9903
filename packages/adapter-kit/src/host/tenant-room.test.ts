import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buckets, directoryKeys, TenantEntry } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { startSurroundings, tenantId, token } from '../testing/surroundings.ts';

test("hooks of a tenant whose portals hold too much answer 503 in words, and nobody else's do", async () => {
  await using around = await startSurroundings();
  await using hosted = around.start();
  const { addresses } = await hosted.ready;
  const put = (key: string, value: Uint8Array) => around.bus.publish(`$KV.${buckets.directory}.${key}`, value);
  let seq = 0;
  const call = async (channelId: string) => {
    seq += 1;
    const body = JSON.stringify({ seq, from: 'anna', text: 'hello' });
    const url = `${addresses.http}/hooks/sample/${channelId}`;
    return await fetch(url, { method: 'POST', headers: { 'x-sample-token': token }, body });
  };
  const another = TenantEntry.encode(TenantEntry.fromPartial({ id: 'another', isActive: true })).finish();
  await put(directoryKeys.tenant('another'), another);
  const [full, well] = [await around.channel(), await around.channel({ tenantId: 'another' })];
  for (const id of [full, well]) await until(async () => (await call(id)).status === 200);
  const tell = (word: string) => put(directoryKeys.tenantRoom(tenantId), Buffer.from(word));

  await tell('closed');
  const refused = await until(async () => {
    const response = await call(full);
    return response.status === 503 && response;
  });
  const { code, message, remedy } = (await refused.json()) as Record<string, string>;
  assert.equal(code, 'unavailable');
  assert.match(message ?? '', /Too much waits for the portals of this organization/);
  assert.match(remedy ?? '', /Bring the portal/);
  assert.equal((await call(well)).status, 200);

  await tell('open');
  await until(async () => (await call(full)).status === 200);
});
