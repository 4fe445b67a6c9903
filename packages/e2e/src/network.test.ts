import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import { type Api, apiOf } from '../../../scripts/up/api.ts';
import { aCompany, type Company, type TenantEvent } from './network-company.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';

// Companies on one whole installation, which is the network between them: by the code of a line, through its real gateway,
// directory, connector, normalizer, sealer and delivery.

const stack = new AsyncDisposableStack();
let demo: WholeDemo;
let administrator: Api;
/** Has a line. */
let shop: Company;
let address: string;
let lineChannel: string;

const company = (name: string) => aCompany(name, { administrator, gatewayUrl: demo.gatewayUrl, stack });
const text = (plain: string) => ({ message: { content: { text: { plain } } } });
const toLine = (channelId: string, plain: string) => ({ to: { channelId, platformId: 'line' }, ...text(plain) });

before(async () => {
  demo = stack.use(await runDemo({ LOG_LEVEL: 'error', ALLOW_PRIVATE_PORTALS: 'true' }));
  administrator = apiOf(demo.gatewayUrl, demo.administratorKey);
  shop = await company('Shop Ltd');
  const channel = await shop.channel('Shop support');
  ({ deepLink: address, id: lineChannel } = channel);
});

after(async () => await stack.disposeAsync());

/** Ids and names of a company that nobody else is to see. */
function ownOf({ name, tenantId, portalId, lineId }: Company): readonly string[] {
  return [tenantId, portalId, lineId, `inside ${name}`, `CRM of ${name}`];
}

test('a company finds the line of another by its code and writes; the answers come back, in order, and nothing else', async () => {
  const acme = await company('Acme GmbH');
  const code = address.split('#')[1] ?? '';
  assert.match(code, /^[A-Za-z0-9_-]{32}$/);
  const { id: channelId, accountName } = await acme.channel('Acme purchasing', code);
  assert.equal(accountName, 'Shop support');

  const questions = Array.from({ length: 10 }, (_, index) => `question ${index}`);
  const asked: string[] = [];
  for (const question of questions) asked.push(await acme.submit(toLine(channelId, question)));
  await until(() => shop.texts().length >= 10, 60_000);
  assert.deepEqual(shop.texts(), questions);
  const last = shop.told.findLast(({ messageReceived }) => messageReceived !== undefined);
  const conversationId = last?.conversation?.id ?? '';

  const answers = Array.from({ length: 10 }, (_, index) => `answer ${index}`);
  for (const answer of answers) await shop.submit({ conversationId, ...text(answer) });
  await until(() => acme.texts().length >= 10, 60_000);
  assert.deepEqual(acme.texts(), answers);

  await shop.submit({ conversationId, read: { messageId: last?.id } });
  for (const id of asked) {
    await until(async () => (await acme.statusOf(id)).state === 'MESSAGE_STATE_READ', 30_000);
  }
  const acmeConversation = acme.told.at(-1)?.conversation?.id ?? assert.fail('no conversation');
  const seenByShop = JSON.stringify(shop.told);
  for (const own of [...ownOf(acme), acmeConversation]) assert.ok(!seenByShop.includes(own), own);
  assert.ok(seenByShop.includes('Acme purchasing'));
  const seenByAcme = JSON.stringify(acme.told);
  for (const own of ownOf(shop)) assert.ok(!seenByAcme.includes(own), own);
});

test('a wrong code, a line of one’s own and a line that was joined already are refused in words', async () => {
  const other = await company('Other');
  const wrong = `${address.slice(0, -3)}AAA`;
  const refusals = { code: 'recipient_invalid', message: /No line has this code/ };
  await assert.rejects(other.channel('Other', wrong), refusals);
  await assert.rejects(other.channel('Other', 'sesame'), { code: 'invalid_argument' });
  await assert.rejects(shop.channel('Shop again', address), { code: 'recipient_invalid', message: /same company/ });
  await other.channel('Other', address);
  await assert.rejects(other.channel('Other', address), { code: 'already_exists' });
  const { channels } = await other.api<{ channels: unknown[] }>('DirectoryService/ListChannels', {});
  assert.equal(channels.length, 1, 'what was refused is not kept');
});

test('somebody who joined and has not written is written to once a week; the second word is refused before it is sent', async () => {
  const silent = await company('Silent');
  const joinedBefore = shop.told.length;
  const { id: channelId } = await silent.channel('Silent partner', address.replace('#', '?start=fair_2026#'));
  const isJoining = ({ subscriptionChanged }: TenantEvent) => subscriptionChanged?.platformState === 'joined';
  const joined = await until(() => shop.told.slice(joinedBefore).find(isJoining), 30_000);
  assert.equal(joined.contact?.source?.ref, 'fair_2026', 'the key of the link that it came by');
  const conversationId = joined.conversation?.id ?? '';
  await shop.submit({ conversationId, ...text('An offer') });
  await until(() => silent.texts().length === 1, 30_000);
  const verdict = await shop.api<{ isAllowed?: boolean; reason: string }>('MessageService/CanSend', { conversationId });
  const second = await shop.submit({ conversationId, ...text('Another offer') });
  const { state, error } = await shop.statusOf(second);
  assert.deepEqual([verdict.isAllowed ?? false, state, error?.code], [false, 'MESSAGE_STATE_FAILED', 'window_closed']);
  assert.match(error?.text ?? '', /have not written yet.*Write again after 20\d\d-\d\d-\d\d/);
  await silent.submit(toLine(channelId, 'Tell me more'));
  await until(() => shop.texts().includes('Tell me more'), 30_000);
  await shop.submit({ conversationId, ...text('With pleasure') });
  await until(() => silent.texts().length === 2, 30_000);
  assert.deepEqual(silent.texts(), ['An offer', 'With pleasure']);
});

test('a code that is renewed opens nothing, whoever has joined stays; a line that is off refuses in words', async () => {
  const early = await company('Early');
  const { id: channelId } = await early.channel('Early', address);
  const settingsJson = JSON.stringify({ publicName: 'Shop support', codeNumber: 2 });
  const change = { channelId: lineChannel, settingsJson };
  const { deepLink } = await shop.api<{ deepLink: string }>('DirectoryService/UpdateChannel', change);
  assert.notEqual(deepLink, address);
  const late = await company('Late');
  await until(async () => {
    const joining = late.channel('Late', address);
    return await joining.then(
      () => false,
      () => true,
    );
  }, 30_000);
  await until(async () => (await late.channel('Late', deepLink).catch(() => undefined)) !== undefined, 30_000);
  await early.submit(toLine(channelId, 'still here'));
  await until(() => shop.texts().includes('still here'), 30_000);
  await shop.api('DirectoryService/SwitchChannel', { channelId: lineChannel, isActive: false });
  await until(async () => {
    const { state, error } = await early.statusOf(await early.submit(toLine(channelId, 'anybody?')));
    return state === 'MESSAGE_STATE_FAILED' && error?.code === 'recipient_invalid';
  }, 30_000);
});
