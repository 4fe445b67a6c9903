import { fileURLToPath } from 'node:url';
import { jsonOf, type PlatformRequest, runConnectorSuite, until } from '@trunkline/testkit';
import connector from './index.ts';
import { codeOf } from './setup-code.ts';
import { channelWith } from './testing/channel.ts';
import { startWorld } from './testing/world.ts';
import { partnerKey, partnerName } from './verify-sides.ts';

const own = 'line-secret-that-must-not-be-told';
const partnerOwn = 'acme-secret-that-must-not-be-told';
const partner = partnerName(partnerOwn);
const channel = channelWith({ own, ownUrl: 'https://shop.example/hooks/network/11111111-1111-5111-8111-111111111111' });
const acme = {
  platformId: partner,
  kind: 'CONVERSATION_KIND_PRIVATE',
  resumeToken: 'https://acme.example/hooks/network/33333333-3333-5333-8333-333333333333',
};

// The fixtures are of a line and one of its partners; the other side of the same calls is in send.test.ts and hook.test.ts.
runConnectorSuite({
  connector,
  fixturesFolder: fileURLToPath(new URL('./fixtures', import.meta.url)),
  channel,
  secrets: [own, partnerOwn, partnerKey(own, partner), codeOf(channel.id, own, 1)],
  forge: (genuine) => [
    { ...genuine, headers: {} },
    { ...genuine, headers: { ...genuine.headers, 'network-signature': 'f'.repeat(64) } },
    { ...genuine, headers: { ...genuine.headers, 'network-from': partnerName('of somebody else') } },
    { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) },
    { ...genuine, path: genuine.path === '' ? '/join' : '' },
  ],
  platform: () => ({ status: 200, body: { ok: true } }),
  shown,
  usualOrder: {
    message: { id: 'm-1', message: { content: { text: { plain: 'hello' } } } },
    conversation: acme,
    parts: 1,
  },
  strict: async () => {
    const world = await startWorld({ now: everLater() });
    const { address } = await world.open();
    world.simulator.person({ id: 'acme' });
    await world.simulator.join({ from: 'acme', address });
    world.simulator.write({ from: 'acme', text: 'hello' });
    await until(() => world.hook.events.some(({ event }) => event?.$case === 'message'));
    const conversation = { ...acme, ...world.partner('acme') };
    return {
      channel: world.channel,
      conversations: { '': conversation, partner: conversation },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
});

/** A clock on which nobody calls too often. */
function everLater(): () => number {
  let now = Date.now();
  return () => {
    now += 1_000;
    return now;
  };
}

/** What was asked, but for the time of it. */
async function shown(asked: readonly PlatformRequest[]): Promise<unknown> {
  if (asked.length === 0) return null;
  return await Promise.all(
    asked.map(async (request) => {
      const { at: _at, ...body } = (await jsonOf(request)) as { readonly at: number };
      return { url: request.url, body };
    }),
  );
}
