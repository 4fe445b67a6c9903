import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { collections, connectorCollection } from '@trunkline/contracts';
import { connectStore, createLogger, type HostedService, type StartedService, type Store } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { type Surroundings, sendText, startSurroundings, token } from '../../testing/surroundings.ts';

let around: Surroundings;
let hosted: HostedService<unknown>;
let service: StartedService<unknown>;
let store: Store;
before(async () => {
  around = await startSurroundings();
  hosted = around.start();
  service = await hosted.ready;
  store = await connectStore({
    ...{ url: around.env.MONGO_URL ?? '', database: around.env.MONGO_DATABASE ?? '', appName: 'test' },
    ...{ log: createLogger({ service: 'test', instance: 'test', level: 'silent' }) },
    signal: AbortSignal.timeout(60_000),
  });
});
after(async () => {
  await store?.close();
  await hosted?.stop();
  await around?.[Symbol.asyncDispose]();
});

async function call(channelId: string, body: object) {
  const url = `${service.addresses.http}/hooks/sample/${channelId}`;
  return await fetch(url, { method: 'POST', headers: { 'x-sample-token': token }, body: JSON.stringify(body) });
}

async function counted(what: string): Promise<number> {
  const text = await (await fetch(`${service.addresses.metrics}/metrics`)).text();
  return Number(new RegExp(`trunkline_drift_total\\{what="${what}",service="sample"\\} (\\d+)`).exec(text)?.[1]);
}

const kept = async () =>
  await store
    .collection<{ _id: string; sample: string; parser: string }>(
      connectorCollection('sample', collections.connector.drift),
    )
    .find()
    .toArray();

test('a field that no fixture has is counted, and kept with its parser and without what people wrote', async () => {
  const id = await around.channel();
  await until(async () => (await call(id, { seq: 1, from: 'anna', text: 'hello' })).status === 200);
  assert.equal(await counted('field'), 0, 'what the fixtures show is known');
  await call(id, { seq: 2, from: 'anna', text: 'secret words', mood: { now: 'glad' } });
  await call(id, { seq: 3, from: 'anna', text: 'secret words', mood: { now: 'sad' } });
  assert.equal(await counted('field'), 1);
  const [found] = await until(async () => {
    const all = await kept();
    return all.length > 0 && all;
  });
  assert.deepEqual([found?._id, found?.parser], ['field mood: object', 'sample/parse.ts']);
  assert.equal(found?.sample, '{"seq":"number","from":"string","text":"string","mood":{"now":"string"}}');
});

test('what was told once is not told again after a restart', async () => {
  await hosted.stop();
  hosted = around.start();
  service = await hosted.ready;
  const id = await around.channel();
  await until(async () => (await call(id, { seq: 4, from: 'anna', text: 'x', mood: { now: 'glad' } })).status === 200);
  assert.equal(await counted('field'), 0);
});

test('a code of a refusal that errors.json has not is new', async () => {
  const id = await around.channel();
  around.platform.react = ({ text, id: asked }) =>
    text === 'odd' ? { status: 418, body: {} } : { status: 200, body: { id: asked } };
  await around.order(sendText(id, 'bob', 'odd'));
  await until(async () => (await counted('error code')) === 1);
});

test('a field that no answer had before is counted, and kept with its parser and without its values', async () => {
  const id = await around.channel();
  const usual = ({ id: asked }: { readonly id: string }) => ({ status: 200, body: { id: asked } });
  around.platform.react = usual;
  await around.order(...Array.from({ length: 25 }, (_, index) => sendText(id, `p${index}`, 'hello')));
  await until(
    async () => (await around.entered(id)).filter(({ item }) => item?.$case === 'sendResult').length === 25,
    60_000,
  );
  const before = await counted('answer');
  around.platform.react = (asked) => ({ status: 200, body: { ...usual(asked).body, quota: { left: 'secret words' } } });
  await around.order(sendText(id, 'somebody', 'hello'));
  await until(async () => (await counted('answer')) === before + 1, 60_000);
  const [found] = await until(async () => {
    const all = (await kept()).filter(({ _id }) => _id.startsWith('answer '));
    return all.length > 0 && all;
  });
  assert.match(found?._id ?? '', /^answer POST .*: quota: object$/);
  assert.deepEqual([found?.parser, found?.sample], ['sample/api.ts', '{"id":"string","quota":{"left":"string"}}']);
});

test('after a restart what was usual is still known: a new field in the very first answer is counted', async () => {
  await hosted.stop();
  hosted = around.start();
  service = await hosted.ready;
  const id = await around.channel();
  const usual = ({ id: asked }: { readonly id: string }) => ({ status: 200, body: { id: asked } });
  around.platform.react = (asked) => ({ status: 200, body: { ...usual(asked).body, bonus: 1 } });
  await around.order(sendText(id, 'somebody', 'hello'));
  await until(async () => (await counted('answer')) === 1, 60_000);
  const found = (await kept()).filter(({ _id }) => _id.endsWith(': bonus: number'));
  assert.equal(found.length, 1);
});
