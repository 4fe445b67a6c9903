import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ReceiptState } from '@trunkline/contracts';
import { act, type Driver, loadDrivers, textsSeen, until } from '@trunkline/testkit';
import { loadConnector } from '../../../packages/adapter-kit/src/host/discovery.ts';
import { freePort } from '../../../packages/testkit/src/servers/ports.ts';
import { type Api, ApiRefused, apiOf } from '../../../scripts/up/api.ts';
import { openPortalPage, type PortalSide } from '../../../scripts/up/once/portal-page.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { type ToldEvent, toldIn } from './portal-told.ts';
import { runDemo, type WholeDemo } from './running-demo.ts';
import { goWrong, secretsOf, told as toldBy } from './troubled-messenger.ts';

// The same stories for every messenger, on the whole installation with real servers: whichever folder has a driver beside its
// simulator takes part, and nothing here knows which these are.

const folder = resolve(import.meta.dirname, '../../../services/connectors');
const drivers = await loadDrivers(folder);
/** Hosted with everything else in one process, on a machine that others share. */
const longMs = 90_000;

const ports = new Map<string, number>();
const all = new AsyncDisposableStack();
let demo: WholeDemo;
let api: Api;
let portal: PortalSide;
let collector: OtlpReceiver;
/** What must stand nowhere. */
const secrets = new Map<string, readonly string[]>();
before(async () => {
  // Each listens there once its stories begin; the services must know whom to trust from the start.
  for (const name of drivers.keys()) ports.set(name, await freePort());
  const trusted = [...ports.values()].map((port) => `http://127.0.0.1:${port}`).join(',');
  collector = all.use(await startOtlpReceiver());
  const talkative = { LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACE_RATIO: '1' };
  demo = all.use(await runDemo({ ...talkative, PLATFORM_HOSTS: trusted }));
  api = apiOf(demo.gatewayUrl, demo.administratorKey);
  portal = all.use(await openPortalPage(demo.pageUrl));
});
after(() => all.disposeAsync());

/** A channel as the directory tells it. */
interface Channel {
  readonly id: string;
  readonly hookUrl: string;
  /** Absent where people find the account by its name. */
  readonly deepLink?: string;
}

/** Makes a channel as a person would who types what the platform shows them. */
async function connect(name: string, { channel }: Driver, at: { tenantId: string; lineId: string }): Promise<Channel> {
  const { tenantId, lineId } = at;
  return await api<Channel>('DirectoryService/CreateChannel', {
    ...{ idempotencyKey: randomUUID(), tenantId, lineId, connector: name, name: `${name} of the stories` },
    ...{ settingsJson: JSON.stringify(channel.settings), secrets: channel.secrets },
  });
}

/** Another tenant, with a line. */
async function somebodyElse() {
  const tenant = { idempotencyKey: randomUUID(), name: 'Another shop' };
  const { id: tenantId } = await api<{ id: string }>('DirectoryService/CreateTenant', tenant);
  const line = { idempotencyKey: randomUUID(), tenantId, name: 'Theirs' };
  return { tenantId, lineId: (await api<{ id: string }>('DirectoryService/CreateLine', line)).id };
}

for (const [name, startDriver] of drivers) {
  describe(name, () => {
    let driver: Driver;
    let channel: Channel;
    const platform = new AsyncDisposableStack();
    const anna = () => driver.person.given.id;
    const write = (text: string) => void act(driver, 'write', { from: anna(), text });
    const told = () => toldIn(portal.events, channel.id);
    const first = (fits: (event: ToldEvent) => boolean) => until(() => told().find(fits), longMs);

    before(async () => {
      driver = all.use(platform).use(await startDriver({ retryDelayMs: 200, port: ports.get(name) ?? 0 }));
      channel = await connect(name, driver, demo.demo);
      driver.enterHook?.(channel.hookUrl, channel.deepLink ?? '');
      act(driver, 'person', driver.person.given);
    });

    test(`${name}: who comes by a link is at the portal with the link's key, their name, their page and what brought them`, async () => {
      if (driver.link === undefined) {
        const { capabilities } = await loadConnector(folder, name);
        return assert.equal(capabilities.startPayloadMax, 0, 'a messenger with deep links has them in its driver');
      }
      const { follow, source } = driver.link;
      const key = 'v-8F3K2';
      follow(anna(), key);
      const event = await first(({ started, context }) => (started?.payload || context?.ref) === key);
      assert.equal(event.context?.source ?? '', source);
      assert.partialDeepStrictEqual(event.contact, driver.person.told);
      assert.equal(event.contact?.source?.ref, key, 'it is kept with the person');
    });

    test(`${name}: a client writes, the portal opens it and answers, the client sees it once, receipts come back`, async () => {
      write(`Is the teapot in stock? ${name}`);
      const { conversationId, contact } = await first(({ text }) => text === `Is the teapot in stock? ${name}`);
      assert.partialDeepStrictEqual(contact, driver.person.told);

      const messageId = await portal.answer(conversationId, `It is, ${name}`);
      await until(() => textsSeen(driver, anna()).includes(`It is, ${name}`), longMs);
      if ('read' in driver.client.actions) act(driver, 'read', { from: anna() });
      const { receipts } = (await loadConnector(folder, name)).capabilities;
      const wanted = ['SENT', ...receipts.flatMap((receipt) => states[receipt] ?? [])];
      for (const state of wanted)
        await first(({ status }) => status?.messageId === messageId && status.state === `MESSAGE_STATE_${state}`);
      assert.equal(textsSeen(driver, anna()).filter((text) => text === `It is, ${name}`).length, 1);
    });

    test(`${name}: the same account a second time is refused over all tenants, and the first one's hook stays`, async () => {
      const hook = driver.client.hookUrl();
      assert.ok(hook);
      for (const at of [demo.demo, await somebodyElse()]) {
        const again = connect(name, driver, at);
        if (driver.ownAccountBecause === undefined)
          await assert.rejects(again, (error) => error instanceof ApiRefused && error.code === 'already_exists');
        else {
          // Another account: people reach it elsewhere.
          const { deepLink } = await again;
          assert.ok(deepLink);
          assert.notEqual(deepLink, channel.deepLink, driver.ownAccountBecause);
        }
      }
      assert.equal(driver.client.hookUrl(), hook);
      write(`Still there? ${name}`);
      await first(({ text }) => text === `Still there? ${name}`);
    });

    test(`${name}: "write the webhook again" heals what the platform has lost`, async () => {
      driver.loseHook();
      assert.equal(driver.client.hookUrl(), undefined);
      const { hookUrl, deepLink = '' } = await api<Channel>('DirectoryService/ReconnectChannel', {
        channelId: channel.id,
      });
      // Where no order can write it, a person enters what the directory shows.
      driver.enterHook?.(hookUrl, deepLink);
      // Some hooks end in a secret of ours.
      await until(() => driver.client.hookUrl()?.startsWith(hookUrl), longMs);
      write(`Back again, ${name}`);
      const { conversationId } = await first(({ text }) => text === `Back again, ${name}`);
      await portal.answer(conversationId, `Welcome back, ${name}`);
      await until(() => textsSeen(driver, anna()).includes(`Welcome back, ${name}`), longMs);
    });

    test(`${name}: whatever goes wrong is told without a secret`, async () => {
      const { conversationId } = await first(({ text }) => text === `Back again, ${name}`);
      const own = secretsOf(driver);
      secrets.set(name, own);
      await goWrong({
        ...{ api, name, driver, channelId: channel.id, at: demo.demo },
        answer: async () => await portal.answer(conversationId, `In trouble, ${name}`),
        canSignIn: (await loadConnector(folder, name)).oauth !== undefined,
        end: async () => await platform.disposeAsync(),
      });
      const lines = await toldBy(demo);
      assert.ok(
        lines.some((line) => line.includes(`"service":"${name}"`)),
        'its service logs',
      );
      assert.deepEqual(
        lines.filter((line) => own.some((secret) => line.includes(secret))),
        [],
      );
    });
  });
}

const states: Readonly<Partial<Record<ReceiptState, string>>> = {
  [ReceiptState.RECEIPT_STATE_DELIVERED]: 'DELIVERED',
  [ReceiptState.RECEIPT_STATE_READ]: 'READ',
};

test('the stream of all these messengers has no hole, and nothing came twice', () => {
  assert.deepEqual(portal.problems, []);
  const texts = portal.events.flatMap(({ data }) => data.messageReceived?.content?.text?.plain ?? []);
  assert.deepEqual(texts.length, new Set(texts.map((text, index) => (text === 'Hello!' ? index : text))).size);
});

test('what went wrong was logged, and no span of all these stories holds a secret of a messenger', async () => {
  const logged = await toldBy(demo);
  assert.ok(logged.some((line) => line.includes('A hook call was not understood')));
  // What is under way yet is sent when the services end.
  await all.disposeAsync();
  assert.ok(collector.spans.some(({ name }) => name === 'send'));
  for (const [name, own] of secrets) {
    const held = collector.bodies.filter((body) => own.some((secret) => body.includes(secret)));
    assert.equal(held.length, 0, name);
  }
  assert.deepEqual([...secrets.keys()], [...drivers.keys()]);
});
