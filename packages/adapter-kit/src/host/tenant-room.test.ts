import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buckets, directoryKeys, TenantEntry } from '@trunkline/contracts';
import type { LogPort } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { type Surroundings, startSurroundings, tenantId, token } from '../testing/surroundings.ts';

test("hooks of a tenant whose portals hold too much answer 503 in words, and nobody else's do", async () => {
  await using around = await startSurroundings();
  await using hosted = around.start();
  const { addresses } = await hosted.ready;
  const put = putter(around.bus);
  let seq = 0;
  const call = async (channelId: string) => {
    seq += 1;
    const body = JSON.stringify({ seq, from: 'anna', text: 'hello' });
    const url = `${addresses.http}/hooks/sample/${channelId}`;
    return await fetch(url, { method: 'POST', headers: { 'x-sample-token': token }, body });
  };
  await putAnother(around);
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

function putter(bus: LogPort) {
  return (key: string, value: Uint8Array) => bus.publish(`$KV.${buckets.directory}.${key}`, value);
}

/** A second tenant, that may come as fast as it likes. */
async function putAnother({ bus }: Surroundings): Promise<void> {
  const rate = { perSecond: 1_000, burst: 1_000 };
  const entry = TenantEntry.encode(TenantEntry.fromPartial({ id: 'another', isActive: true, rate })).finish();
  await putter(bus)(directoryKeys.tenant('another'), entry);
}

test('a call that tells of a tenant whose door is closed, too, is stored for the others before it is answered 503; when it comes again, theirs is the same event', async () => {
  await using around = await startSurroundings();
  // The others wait for their rate: an answer that does not wait for them comes before they are stored.
  await using hosted = around.start({ TENANT_PER_SECOND: '0.5', TENANT_BURST: '1' });
  const { addresses } = await hosted.ready;
  await putAnother(around);
  const settingsJson = JSON.stringify({ apiUrl: around.platform.url, app: 'of both' });
  const well = await around.channel({ accountId: 'page-1', settingsJson });
  await around.channel({ accountId: 'page-2', settingsJson, tenantId: 'another' });
  const call = async (...accounts: readonly string[]) => {
    const body = JSON.stringify(accounts.map((account, seq) => ({ seq, from: 'anna', text: account, account })));
    const url = `${addresses.http}/hooks/sample/app-of both`;
    return (await fetch(url, { method: 'POST', headers: { 'x-sample-token': token }, body })).status;
  };
  await until(async () => (await call('page-2')) === 200);
  await putter(around.bus)(directoryKeys.tenantRoom('another'), Buffer.from('closed'));
  await until(async () => (await call('page-2')) === 503);
  const stored = async () => {
    const items = await around.entered(well);
    return items.flatMap(({ item }) => (item?.$case === 'hookCall' ? item.value.events : [])).map(({ id }) => id);
  };
  assert.deepEqual([await call('page-1', 'page-2'), (await stored()).length], [503, 1]);
  assert.deepEqual([await call('page-1', 'page-2'), (await stored()).length], [503, 2]);
  assert.equal(new Set(await stored()).size, 1, 'the normalizer knows a repeat by its id');

  await putter(around.bus)(directoryKeys.tenantRoom('another'), Buffer.from('open'));
  await until(async () => (await call('page-1', 'page-2')) === 200);
  assert.equal(new Set(await stored()).size, 1);
});
