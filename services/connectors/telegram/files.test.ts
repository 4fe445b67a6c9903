import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import type { RawCall } from '@trunkline/adapter-kit';
import { mediaOf } from '@trunkline/contracts';
import { download } from './download.ts';
import connector from './index.ts';
import { parse } from './parse.ts';
import { poll } from './poll.ts';
import type { Fault } from './simulator/index.ts';
import { startBot } from './testing/bot.ts';
import { toolsFor } from './testing/desk.ts';

/** A bot that was sent a file, and the file as the connector tells of it. */
async function given(fault?: Fault) {
  const bot = await startBot();
  const bytes = Buffer.from('price list');
  bot.simulator.attach({ from: bot.anna.id, kind: 'document', bytes, name: 'price.pdf', mimeType: 'application/pdf' });
  const waiting = bot.simulator.state.updates.waiting().at(-1)?.text ?? '';
  const call: RawCall = {
    method: 'POST',
    path: '',
    query: {},
    headers: {},
    body: Buffer.from(waiting),
    receivedAtMs: 0,
  };
  const told = parse(call, bot.channel)[0]?.event;
  const media = told?.$case === 'message' && told.value.content ? mediaOf(told.value.content)[0] : undefined;
  assert.ok(media);
  if (fault !== undefined) bot.simulator.fail(fault);
  return { ...bot, bytes, media, [Symbol.asyncDispose]: () => bot[Symbol.asyncDispose]() };
}

test('a file is opened with its name, type and size', async () => {
  await using bot = await given();
  const file = await download(bot.media, bot.channel, toolsFor());
  assert.deepEqual(await buffer(file.stream), bot.bytes);
  assert.deepEqual([file.name, file.mimeType, file.sizeBytes], ['price.pdf', 'application/pdf', bot.bytes.length]);
});

test('a file that is gone, or that is served from elsewhere, failed for good', async () => {
  const faults = [{ kind: 'file_gone' }, { kind: 'file_redirect', to: 'http://10.0.0.1/' }] as const;
  for (const fault of faults) {
    await using bot = await given(fault);
    await assert.rejects(download(bot.media, bot.channel, toolsFor()), { code: 'media_failed' });
  }
});

test("a refusal's connection is let go", async () => {
  await using bot = await given();
  let isLetGo = false;
  async function* page() {
    try {
      yield Buffer.from('gone');
    } finally {
      isLetGo = true;
    }
  }
  const { fetch, ...tools } = toolsFor();
  const refuse: typeof fetch = async (url, request) =>
    url.includes('/file/') ? { status: 404, headers: {}, stream: page(), text: async () => '' } : fetch(url, request);
  await assert.rejects(download(bot.media, bot.channel, { ...tools, fetch: refuse }), { code: 'media_failed' });
  assert.equal(isLetGo, true);
});

test('a file shorter than it was said to be does not end well', async () => {
  await using bot = await given({ kind: 'file_shorter' });
  const file = await download(bot.media, bot.channel, toolsFor());
  await assert.rejects(buffer(file.stream));
});

test('a file without an end is read no further than the reader wants', async () => {
  await using bot = await given({ kind: 'file_endless' });
  const file = await download(bot.media, bot.channel, toolsFor());
  let read = 0;
  for await (const chunk of file.stream) {
    read += chunk.length;
    if (read > 1_000_000) break;
  }
  assert.ok(read > 1_000_000 && read < 2_000_000);
});

test('a path that leads elsewhere is not followed, and nobody but the API is asked', async () => {
  await using bot = await given();
  const asked: string[] = [];
  const telling = (file_path: string) => async (url: string) => {
    asked.push(new URL(url).host);
    const text = JSON.stringify({ ok: true, result: { file_path } });
    return { status: 200, headers: {}, stream: Readable.from([text]), text: async () => text };
  };
  const open = (path: string) => download(bot.media, bot.channel, { ...toolsFor(), fetch: telling(path) });
  for (const path of ['/etc/passwd', '../bot1:x/getMe', 'documents/../../secret']) {
    await assert.rejects(open(path), { code: 'media_failed' });
  }
  await open('@elsewhere.example/documents/file_1.pdf');
  await open('//elsewhere.example/file_1.pdf').catch(() => {});
  const { host } = new URL(bot.simulator.url);
  assert.deepEqual(new Set(asked), new Set([host]));
  assert.deepEqual(connector.hosts?.(bot.channel.settings), [host]);
});

test('a file above the limit of bots is too large', async () => {
  await using bot = await given();
  const description = 'Bad Request: file is too big';
  bot.simulator.fail({ kind: 'refusal', status: 400, description, method: 'getFile' });
  await assert.rejects(download(bot.media, bot.channel, toolsFor()), { code: 'too_large' });
});

test('polling confirms what was stored by asking for the next', async () => {
  await using bot = await startBot();
  for (const text of ['one', 'two']) bot.simulator.write({ from: bot.anna.id, text });
  const stop = new AbortController();
  const polled = poll(bot.channel, toolsFor({ signal: stop.signal }));
  const calls: RawCall[] = [];
  for await (const call of polled) {
    calls.push(call);
    assert.equal(bot.simulator.waitingUpdates(), 3, 'nothing is confirmed while it is being stored');
    if (calls.length === 3) break;
  }
  assert.deepEqual(
    calls.map((call) => parse(call, bot.channel)[0]?.event?.$case),
    ['start', 'message', 'message'],
  );
  const again = poll(bot.channel, toolsFor({ signal: stop.signal }));
  assert.equal((await again.next()).done, false, 'what was not confirmed comes again');
  stop.abort();
});

test('polling is refused while a hook is set', async () => {
  await using bot = await startBot();
  bot.simulator.fail({ kind: 'refusal', status: 409, description: "Conflict: can't use getUpdates method" });
  await assert.rejects(poll(bot.channel, toolsFor()).next(), { code: 'permission' });
});
