import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { collections, PlatformTemplate, TemplateState } from '@trunkline/contracts';
import { channelIn, companyIn } from './testing/company.ts';
import { type Surroundings, startSurroundings, told } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
  await around.asConnector.registerConnector({ connector: told });
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

const named = (name: string) =>
  PlatformTemplate.fromPartial({ name, language: 'en', state: TemplateState.TEMPLATE_STATE_APPROVED });

test('templates are listed page by page, asked of the platform once, and again when somebody says so', async () => {
  const at = await companyIn(around);
  const { channel } = await channelIn(around, at);
  const { platform, gateway } = around;
  platform.templates = [named('a'), named('b'), named('c')];
  platform.asked = 0;
  const first = await gateway.listTemplates({ channelId: channel.id, pageSize: 2 }, at.own);
  const second = await gateway.listTemplates({ channelId: channel.id, pageToken: first.nextPageToken }, at.own);
  const names = [...first.templates, ...second.templates].map(({ name }) => name);
  assert.deepEqual([names, second.nextPageToken, platform.asked], [['a', 'b', 'c'], '', 1]);
  platform.templates = [named('d')];
  assert.equal((await gateway.syncTemplates({ channelId: channel.id }, at.own)).count, 1);
  const { templates } = await gateway.listTemplates({ channelId: channel.id }, at.own);
  assert.deepEqual(templates, [named('d')]);
});

test('while the platform does not answer, what was known before is told, with its time', async () => {
  const at = await companyIn(around);
  const { channel } = await channelIn(around, at);
  const { platform, gateway } = around;
  platform.templates = undefined;
  await assert.rejects(gateway.listTemplates({ channelId: channel.id }, at.own), { code: 'transient' });
  platform.templates = [named('old')];
  await gateway.syncTemplates({ channelId: channel.id }, at.own);
  const syncedAt = new Date(Date.now() - 60 * 60 * 1_000);
  const kept = around.collection(collections.directory.templates);
  await kept.updateOne({ _id: channel.id }, { $set: { syncedAt } as never });
  platform.templates = undefined;
  const stale = await gateway.listTemplates({ channelId: channel.id }, at.own);
  assert.deepEqual([stale.templates, stale.syncedAt], [[named('old')], syncedAt]);
  platform.templates = [named('new')];
  const fresh = await gateway.listTemplates({ channelId: channel.id }, at.own);
  assert.deepEqual(fresh.templates, [named('new')]);
});

test('numbers are told in the order of the question, and what is no number is refused by its place', async () => {
  const at = await companyIn(around);
  const { channel } = await channelIn(around, at);
  around.platform.numbers.add('+79990001122');
  const phones = ['+79990001123', '+79990001122'];
  const { numbers } = await around.gateway.checkNumbers({ channelId: channel.id, phones }, at.own);
  assert.deepEqual(numbers, [
    { phone: '+79990001123', isKnown: false, platformId: '' },
    { phone: '+79990001122', isKnown: true, platformId: '79990001122' },
  ]);
  for (const wrong of [[], ['89990001122'], Array(101).fill('+79990001122')]) {
    const asking = around.gateway.checkNumbers({ channelId: channel.id, phones: wrong }, at.own);
    await assert.rejects(asking, { code: 'invalid_argument' });
  }
});

test("another tenant's channel has neither", async () => {
  const [at, others] = [await companyIn(around), await companyIn(around)];
  const { channel } = await channelIn(around, at);
  const { gateway } = around;
  await assert.rejects(gateway.listTemplates({ channelId: channel.id }, others.own), { code: 'not_found' });
  await assert.rejects(gateway.syncTemplates({ channelId: channel.id }, others.own), { code: 'not_found' });
  const phones = ['+79990001122'];
  await assert.rejects(gateway.checkNumbers({ channelId: channel.id, phones }, others.own), { code: 'not_found' });
});
