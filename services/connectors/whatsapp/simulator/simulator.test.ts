import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { WhatsAppAPI } from 'whatsapp-api-js';
import {
  ActionButtons,
  ActionList,
  Body,
  BodyComponent,
  BodyParameter,
  Button,
  Contacts,
  Document,
  Image,
  Interactive,
  Language,
  ListSection,
  Location,
  Name,
  Phone,
  Reaction,
  Row,
  Template,
  Text,
} from 'whatsapp-api-js/messages';
import { createWhatsAppSimulator, type WhatsAppOptions } from './index.ts';

const picture = Buffer.from('\x89PNG\r\n\x1a\n picture', 'latin1');

/** An SDK that knows nothing of us, with a hook that it answers, and a person who has written. */
async function given(options: WhatsAppOptions = {}) {
  const simulator = await createWhatsAppSimulator({ retryDelayMs: 5, ...options });
  const { account } = simulator;
  const toSimulator: typeof fetch = (url, init) =>
    fetch(String(url).replace('https://graph.facebook.com', simulator.url), init);
  const sdk = new WhatsAppAPI<void>({
    v: 'v25.0',
    token: account.token,
    appSecret: account.appSecret,
    webhookVerifyToken: 'v1',
    ponyfill: { fetch: toSimulator },
  });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://hook');
    const body = await textOf(request);
    const signature = String(request.headers['x-hub-signature-256'] ?? '');
    const answering = async () =>
      request.method === 'GET'
        ? sdk.get(Object.fromEntries(url.searchParams) as unknown as Parameters<typeof sdk.get>[0])
        : await sdk.post(JSON.parse(body), body, signature);
    await answering().then(
      (answer) => response.end(answer ?? ''),
      () => response.writeHead(401).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const anna = simulator.person({ name: 'Anna' });
  return {
    simulator,
    sdk,
    hookUrl,
    anna,
    last: () => simulator.view(anna.id).messages.at(-1),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("an SDK's bot behind a hook hears a person, answers, and learns what became of the answer", async () => {
  await using world = await given();
  const { simulator, sdk, anna, hookUrl } = world;
  const states: string[] = [];
  sdk.on.message = ({ reply, message, name }) => void reply(new Text(`${name}: ${message.type}`), true, 'm:1');
  sdk.on.status = ({ status, biz_opaque_callback_data: mine }) => void states.push(`${status} ${mine}`);
  await simulator.setHook({ url: hookUrl, verifyToken: 'v1' });
  await assert.rejects(simulator.setHook({ url: hookUrl, verifyToken: 'v2' }), /verification failed/);
  simulator.write({ from: anna.id, text: 'Привет / hello' });
  await until(() => world.last()?.text === 'Anna: text');
  assert.equal(world.last()?.quote, 'Привет / hello');
  simulator.attach({ from: anna.id, kind: 'image', mimeType: 'image/png', bytes: picture });
  await until(() => world.last()?.text === 'Anna: image');
  simulator.read({ from: anna.id });
  await until(() => states.filter((state) => state === 'read m:1').length === 2);
  assert.deepEqual(new Set(states), new Set(['sent m:1', 'delivered m:1', 'read m:1']));
});

test('every kind of message that the SDK can make is taken', async () => {
  await using world = await given();
  const { simulator, sdk, anna } = world;
  const { account } = simulator;
  const incoming = simulator.write({ from: anna.id, text: 'hello' });
  const form = new FormData();
  form.set('file', new Blob([picture], { type: 'image/png' }), 'a.png');
  const uploaded = await sdk.uploadMedia(account.phoneNumberId, form);
  assert.ok('id' in uploaded);
  simulator.template({ name: 'order_ready', language: 'en', body: 'Order {{2}}, {{1}}' });
  const sent = [
    new Text('*Order 17* is ready', true),
    new Image(uploaded.id, true, 'receipt'),
    new Document(uploaded.id, true, 'caption', 'a.png'),
    new Location(37.6, 55.7, 'Office', '1 Main st'),
    new Contacts([new Name('Ivan P', 'Ivan'), new Phone('+79990002233')]),
    new Interactive(new ActionButtons(new Button('y', 'Yes'), new Button('n', 'No')), new Body('Deliver today?')),
    new Interactive(
      new ActionList('Open', new ListSection('Sizes', new Row('m', 'M', 'in stock'))),
      new Body('Choose'),
    ),
    new Template(
      'order_ready',
      new Language('en'),
      new BodyComponent(new BodyParameter('Anna'), new BodyParameter('17')),
    ),
    new Reaction(incoming, '👍'),
  ];
  for (const message of sent) {
    const answer = await sdk.sendMessage(account.phoneNumberId, anna.id, message);
    assert.ok('messages' in answer, `${message._type}: ${JSON.stringify(answer)}`);
  }
  await until(() => [...account.sent.values()].every(({ state }) => state === 'delivered'));
  const { messages } = simulator.view(anna.id);
  assert.deepEqual(messages[0]?.reactions, ['👍']);
  assert.equal(messages.at(-1)?.text, 'Order 17, Anna');
  await sdk.markAsRead(account.phoneNumberId, incoming, 'text');
  assert.equal(simulator.view(anna.id).state, 'is typing…');
  const media = await sdk.retrieveMedia(uploaded.id);
  assert.ok('url' in media);
  const bytes = await (await sdk.fetchMedia(media.url)).arrayBuffer();
  assert.deepEqual(Buffer.from(bytes), picture);
});

test('what a person presses, and everything else that they can do, comes in', async () => {
  await using world = await given();
  const { simulator, sdk, anna, hookUrl } = world;
  const came: string[] = [];
  sdk.on.message = ({ message }) =>
    void came.push(message.type === 'interactive' ? message.interactive.type : message.type);
  await simulator.setHook({ url: hookUrl, verifyToken: 'v1' });
  const incoming = simulator.write({ from: anna.id, text: 'hello' });
  const asked = [
    new Interactive(new ActionButtons(new Button('y', 'Yes')), new Body('?')),
    new Interactive(new ActionList('Open', new ListSection('Sizes', new Row('m', 'M'))), new Body('?')),
  ];
  for (const message of asked) await sdk.sendMessage(simulator.account.phoneNumberId, anna.id, message);
  const [yes, sizes] = await until(() => {
    const shown = simulator.view(anna.id).messages.filter(({ by }) => by === 'account');
    return shown.length === 2 && shown;
  });
  assert.ok(yes && sizes);
  simulator.press({ from: anna.id, message: String(yes.id), button: 'Yes' });
  simulator.press({ from: anna.id, message: String(sizes.id), button: 'row:m' });
  simulator.react({ from: anna.id, message: String(yes.id), emoji: '🔥' });
  simulator.shareLocation({ from: anna.id, latitude: 55.7, longitude: 37.6 });
  simulator.shareContact({ from: anna.id, name: 'Ivan P', phone: '+79990002233' });
  simulator.attach({ from: anna.id, kind: 'voice', mimeType: 'audio/ogg; codecs=opus', bytes: picture });
  simulator.edit({ from: anna.id, message: incoming, text: 'hello!' });
  simulator.revoke({ from: anna.id, message: incoming });
  simulator.send({ from: anna.id, content: { type: 'request_welcome' } });
  await until(() => came.length === 10);
  assert.deepEqual(came.slice(1, 5), ['button_reply', 'list_reply', 'reaction', 'location']);
  assert.deepEqual(came.slice(5), ['contacts', 'audio', 'edit', 'revoke', 'request_welcome']);
});
