import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createViberSimulator, type ViberOptions } from './index.ts';

/** What is used of the SDK, which has no types. */
interface Sdk {
  readonly Bot: new (given: { authToken: string; name: string; avatar: string }) => SdkBot;
  readonly Message: Readonly<Record<string, new (...given: unknown[]) => object>>;
}
interface SdkBot {
  _client: { _url: string };
  middleware(): RequestListener;
  setWebhook(url: string): Promise<{ status: number; event_types: string[] }>;
  getBotProfile(): Promise<{ id: string }>;
  sendMessage(to: { id: string }, messages: object | object[], trackingData?: object): Promise<unknown[]>;
  on(event: string, listener: (message: { toJson(): object }, response: SdkResponse) => void): void;
  onConversationStarted(
    hear: (user: { id: string }, isSubscribed: boolean, context: string, answer: (message: object) => void) => void,
  ): void;
}
interface SdkResponse {
  readonly userProfile: { readonly id: string };
  send(message: object): Promise<unknown>;
}

const { Bot, Message } = createRequire(import.meta.url)('viber-bot') as Sdk;
const make = (kind: string, ...given: unknown[]) => {
  const Kind = Message[kind];
  assert.ok(Kind, kind);
  return new Kind(...given);
};
const picture = Buffer.from('\x89PNG\r\n\x1a\n picture', 'latin1');

/** An SDK's bot behind a hook, and a person. It cannot be told another host, but its client's address can be changed. */
async function given(options: ViberOptions = {}) {
  const simulator = await createViberSimulator({ retryDelayMs: 5, ...options });
  const bot = new Bot({ authToken: simulator.account.token, name: 'Shop', avatar: 'https://a.example/a.png' });
  bot._client._url = `${simulator.url}/pa`;
  const server = createServer(bot.middleware());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await bot.setWebhook(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const anna = simulator.person({ name: 'Anna' });
  return {
    simulator,
    bot,
    anna,
    last: () => simulator.view(anna.id).messages.at(-1),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("an SDK's bot greets in the answer to an opened conversation, hears a person, and answers", async () => {
  await using world = await given();
  const { simulator, bot, anna } = world;
  bot.onConversationStarted((_user, _isSubscribed, context, answer) => answer(make('Text', `Welcome, ${context}`)));
  bot.on('message', (message, response) => void response.send(make('Text', JSON.stringify(message.toJson()))));
  simulator.start({ from: anna.id, payload: 'v-8F3K2' });
  await until(() => world.last()?.text === 'Welcome, v-8F3K2');
  simulator.write({ from: anna.id, text: 'Привет' });
  await until(() => world.last()?.text?.includes('Привет'));
  simulator.attach({ from: anna.id, kind: 'image', mimeType: 'image/png', bytes: picture, caption: 'receipt' });
  const { media } = JSON.parse(
    (await until(() => world.last()?.by === 'account' && world.last()?.text?.includes('receipt') && world.last()))
      ?.text ?? '{}',
  );
  assert.deepEqual(Buffer.from(await (await fetch(media)).arrayBuffer()), picture);
});

test('every kind of message that the SDK can make is taken', async () => {
  await using world = await given();
  const { simulator, bot, anna } = world;
  simulator.write({ from: anna.id, text: 'hello' });
  const button = { Columns: 3, Rows: 1, ActionType: 'reply', ActionBody: 'o17:pay', Text: 'Pay', Silent: true };
  const phone = { ActionType: 'share-phone', ActionBody: 'phone', Text: 'Share phone' };
  const keyboard = { Type: 'keyboard', DefaultHeight: false, Buttons: [button, phone] };
  const rich = {
    Type: 'rich_media',
    ButtonsGroupColumns: 6,
    ButtonsGroupRows: 2,
    Buttons: [{ ...button, Columns: 6 }],
  };
  const link = 'https://a.example/a.png';
  await bot.sendMessage(anna, [
    make('Picture', link, 'caption'),
    make('Video', 'https://a.example/a.mp4', 3_100_222, 'caption', null, 14),
    make('File', 'https://a.example/price.pdf', 88_120, 'price.pdf'),
    make('Location', 55.75, 37.61),
    make('Contact', 'Ivan', '79990002233'),
    make('Sticker', 46_105),
    make('Url', 'https://a.example/x'),
    make('RichMedia', rich, null, null, null, null, null, 7),
    make('Text', '*Order 17* is ready', keyboard, null, null, null, 7),
  ]);
  const { messages, keyboard: shown } = simulator.view(anna.id);
  assert.equal(messages.length, 10);
  assert.deepEqual(
    shown.flat().map(({ label }) => label),
    ['Pay', 'Share phone'],
  );
  assert.equal((await bot.getBotProfile()).id, simulator.account.id);
});

test('what a person presses, and everything else that they can do, comes in', async () => {
  await using world = await given();
  const { simulator, bot, anna } = world;
  const came: object[] = [];
  bot.on('message', (message) => void came.push(message.toJson()));
  simulator.write({ from: anna.id, text: 'hello' });
  const buttons = [
    { Columns: 3, Rows: 1, ActionType: 'reply', ActionBody: 'o17:pay', Text: 'Pay' },
    { Columns: 3, Rows: 1, ActionType: 'share-phone', ActionBody: 'phone', Text: 'Phone' },
  ];
  await bot.sendMessage(anna, make('Text', '?', { Type: 'keyboard', Buttons: buttons }, null, null, null, 3));
  for (const button of ['Pay', 'Phone']) simulator.press({ from: anna.id, button });
  simulator.shareLocation({ from: anna.id, latitude: 55.7, longitude: 37.6 });
  simulator.sendSticker({ from: anna.id });
  simulator.send({ from: anna.id, content: { type: 'url', media: 'https://a.example/x' } });
  await until(() => came.length === 6);
  assert.deepEqual(
    came.slice(1).map((message) => (message as { type: string }).type),
    ['text', 'contact', 'location', 'sticker', 'url'],
  );
});
