import { fileURLToPath } from 'node:url';
import { SendOrder } from '@trunkline/contracts';
import { type FailureFixture, runConnectorSuite, until } from '@trunkline/testkit';
import connector from './index.ts';
import { appSecret, channelFor, shown, takesAll, token } from './testing/desk.ts';
import { startWorld, toolsFor } from './testing/world.ts';

const person = { platformId: '79990001122', kind: 'CONVERSATION_KIND_PRIVATE' };

runConnectorSuite({
  connector,
  fixturesFolder: fileURLToPath(new URL('./fixtures', import.meta.url)),
  channel: channelFor(),
  secrets: [token, appSecret],
  forge: (genuine) => [
    { ...genuine, headers: {}, query: { ...genuine.query, 'hub.verify_token': 'guessed' } },
    { ...genuine, headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, query: {} },
    { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]), query: {} },
  ],
  platform: takesAll,
  shown,
  orderOf: (failure: FailureFixture) => ({
    message: { id: 'm-1', message: { content: 'isUpload' in failure ? picture : { text: { plain: 'hello' } } } },
    conversation: person,
    parts: 1,
  }),
  strict: async () => {
    const world = await startWorld();
    world.simulator.write({ from: world.anna.id, text: 'hello' });
    const conversation = { platformId: world.anna.userId, kind: 'CONVERSATION_KIND_PRIVATE' };
    const order = SendOrder.fromJSON({
      message: { id: 'g-1', group: { create: { title: 'Order 17' } } },
      conversation: { platformId: 'new:1', kind: 'CONVERSATION_KIND_GROUP' },
      parts: 1,
    });
    await connector.send?.(order, world.channel, toolsFor());
    const [group = ''] = world.simulator.account.groups.keys();
    world.simulator.joinGroup({ from: world.anna.id, group });
    world.simulator.template({ name: 'order_ready', body: 'Order {{1}} is ready' });
    return {
      channel: world.channel,
      conversations: { '': conversation, group: { platformId: group, kind: 'CONVERSATION_KIND_GROUP' } },
      template: (text) => ({ name: 'order_ready', language: 'en', body: [{ text }] }),
      refusals: async () => {
        const sent = () => [...world.simulator.account.sent.values()];
        await until(() => sent().every(({ state }) => state !== 'accepted'));
        return sent().filter(({ state }) => state === 'failed');
      },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
});

const picture = { image: { media: { id: 'f1', mimeType: 'image/png', name: 'a.png', sizeBytes: 2 } } };
