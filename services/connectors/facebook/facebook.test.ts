import { fileURLToPath } from 'node:url';
import { type FailureFixture, runConnectorSuite } from '@trunkline/testkit';
import connector from './index.ts';
import { appSecret, channelFor, shown, takesAll, token } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

const thread = { platformId: '7654321098765432', kind: 'CONVERSATION_KIND_PRIVATE' };
const comments = { platformId: '1020304050_987_555', kind: 'CONVERSATION_KIND_COMMENTS' };

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
    message: { id: 'm-1', message: { content: { text: { plain: 'hello' } } } },
    conversation: 'isComment' in failure ? comments : thread,
    parts: 1,
  }),
  strict: async () => {
    const world = await startWorld({ isPaced: false });
    world.simulator.write({ from: world.anna.id, text: 'hello' });
    const conversation = { platformId: world.anna.id, kind: 'CONVERSATION_KIND_PRIVATE' };
    const comment = world.simulator.comment({ from: world.anna.id, text: 'How much?' });
    world.simulator.template({ name: 'order_ready', components: [{ type: 'BODY', text: 'Order {{order}} is ready' }] });
    return {
      channel: world.channel,
      conversations: { '': conversation, comments: { platformId: comment, kind: 'CONVERSATION_KIND_COMMENTS' } },
      template: (text) => ({ name: 'order_ready', language: 'en', body: [{ name: 'order', text }] }),
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
});
