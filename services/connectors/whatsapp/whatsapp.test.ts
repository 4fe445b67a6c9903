import { fileURLToPath } from 'node:url';
import { type FailureFixture, runConnectorSuite } from '@trunkline/testkit';
import connector from './index.ts';
import { appSecret, channelFor, shown, takesAll, token } from './testing/desk.ts';
import { startWorld } from './testing/world.ts';

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
    const conversation = { platformId: world.anna.userId, kind: 'CONVERSATION_KIND_PRIVATE' };
    return { channel: world.channel, conversation, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
  },
});

const picture = { image: { media: { id: 'f1', mimeType: 'image/png', name: 'a.png', sizeBytes: 2 } } };
