import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConversationKind, capabilitiesFor } from '@trunkline/contracts';
import { runConnectorSuite, until } from '@trunkline/testkit';
import connector from './index.ts';
import { send } from './send.ts';
import { channelFor, textTo } from './testing/desk.ts';
import { shown, takenBy } from './testing/double.ts';
import { forged } from './testing/tokens.ts';
import { startWorld } from './testing/world.ts';

const secret = 'a~secret-that-must-not-be-told';
const token = 'a-token-that-must-not-be-told';
/** A token that is good until the year 2100. */
const kept = { accessToken: token, accessTokenEndsAtMs: '4102444800000' };
const conversation = {
  ...{ platformId: 'msteams:a:1Xyz', kind: 'CONVERSATION_KIND_PRIVATE', subchannel: 'msteams' },
  resumeToken: JSON.stringify({ serviceUrl: 'https://smba.trafficmanager.net/emea/', bot: '28:app', user: '29:1AbC' }),
};

runConnectorSuite({
  // A region's address: `isTrusted` keeps it to the service's own hosts.
  linkNames: ['firstWordUrl'],
  connector,
  fixturesFolder: fileURLToPath(new URL('./fixtures', import.meta.url)),
  channel: channelFor({ clientSecret: secret, ...kept }),
  secrets: [secret, token],
  isProvedElsewhere: true,
  forge: (genuine) => [
    { ...genuine, headers: {} },
    { ...genuine, headers: { authorization: 'Basic Ym90' } },
    // Without a body that names a place nothing can be compared with it; such a call is parked.
    ...Object.entries(forged)
      .filter(([wrong]) => isPlaced(genuine.body) || !/address|endorsed/.test(wrong))
      .map(([, bearer]) => ({ ...genuine, headers: { authorization: `Bearer ${bearer}` } })),
  ],
  platform: takenBy,
  shown,
  usualOrder: { message: { id: 'm-1', message: { content: { text: { plain: 'hello' } } } }, conversation, parts: 1 },
  strict: async () => {
    const world = await startWorld();
    const { channel, simulator, hook } = world;
    const conversations: Record<string, unknown> = {};
    for (const subchannel of Object.keys(connector.capabilitiesBySubchannel ?? {})) {
      const anna = simulator.person({ id: `${subchannel}-anna`, channel: subchannel });
      simulator.write({ from: anna.id, text: 'hello' });
      await until(() => hook.events.at(-1)?.subchannel === subchannel);
      conversations[subchannel] = hook.events.at(-1)?.conversation;
    }
    return {
      channel,
      conversations: { ...conversations, '': conversations.msteams },
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  },
});

function isPlaced(body: Uint8Array): boolean {
  return Buffer.from(body).includes('"serviceUrl"');
}

test('each channel of the service carries its own, Skype and Kik what they would have', () => {
  const carried = (subchannel: string) =>
    capabilitiesFor(
      { ...connector, capabilitiesByKind: {} },
      { kind: ConversationKind.CONVERSATION_KIND_PRIVATE, subchannel },
    );
  assert.equal(carried('sms')?.textMax, 1_600);
  assert.ok('file' in (carried('email')?.content ?? {}) && !('file' in (carried('msteams')?.content ?? {})));
  assert.equal(carried('skype'), carried('kik'));
  assert.equal(carried('of the future'), connector.capabilities);
});

test('what each channel carries is within the limits of the service', async () => {
  await using world = await startWorld();
  for (const [subchannel, { textMax }] of Object.entries(connector.capabilitiesBySubchannel ?? {})) {
    const anna = world.simulator.person({ id: `${subchannel}-anna`, channel: subchannel });
    world.simulator.write({ from: anna.id, text: 'hello' });
    while (world.hook.events.at(-1)?.subchannel !== subchannel) await new Promise(setImmediate);
    const text = { text: { plain: 'я'.repeat(textMax) } };
    const order = { ...textTo({}, { content: text }), conversation: world.hook.events.at(-1)?.conversation };
    await send(order, world.channel, world.tools());
    assert.equal(world.last(anna.id)?.text, text.text.plain, subchannel);
  }
});
