import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  connectStore,
  createLogger,
  defineService,
  openHints,
  provision,
  type Store,
  startService,
} from '@trunkline/runtime';
import { createMemoryState, type Servers, startServers, until } from '@trunkline/testkit';
import { z } from 'zod';
import type { ChannelState } from '../tools.ts';
import { openStates } from './channel-state.ts';

let servers: Servers;
let store: Store;
let now = 1_000_000;
before(async () => {
  servers = await startServers({ nats: true, mongo: true, own: true });
  const database = `state_${randomUUID().slice(0, 8)}`;
  const signal = AbortSignal.timeout(60_000);
  await provision({ natsUrl: servers.natsUrl, mongoUrl: servers.mongoUrl, database, connectors: ['sample'], signal });
  const log = createLogger({ service: 'test', instance: 'one', level: 'silent' });
  store = await connectStore({ url: servers.mongoUrl, database, appName: 'test', log, signal });
});
after(async () => {
  await store?.close();
  await servers?.stop();
});

/** The real one, and the one that tests of connectors use: they promise the same. */
const kinds: Record<string, () => ChannelState> = {
  database: () => openStates(store, 'sample', () => now)(randomUUID()),
  memory: () => createMemoryState(() => now),
};

for (const [kind, open] of Object.entries(kinds)) {
  test(`${kind}: a document is written whole, by revision if wanted, and forgotten in time`, async () => {
    const state = open();
    assert.equal(await state.get('a'), undefined);
    assert.equal(await state.put('a', { n: 1 }, { ifRevision: 0 }), true);
    assert.equal(await state.put('a', { n: 2 }, { ifRevision: 0 }), false);
    assert.deepEqual(await state.get('a'), { value: { n: 1 }, revision: 1 });
    assert.equal(await state.put('a', { n: 3 }, { ifRevision: 1 }), true);
    assert.equal(await state.put('a', { n: 4 }, { ifRevision: 1 }), false);
    await state.put('a', { n: 5 }, { expiresAtMs: now + 100 });
    assert.deepEqual(await state.get('a'), { value: { n: 5 }, revision: 3 });
    now += 100;
    assert.equal(await state.get('a'), undefined);
    assert.equal(await state.put('a', { n: 6 }, { ifRevision: 0 }), true, 'an expired one is as good as none');
    await state.delete('a');
    assert.equal(await state.get('a'), undefined);
  });

  test(`${kind}: a log is gapless and takes an id once, however many append at once`, async () => {
    const state = open();
    const ids = Array.from({ length: 30 }, (_, index) => `id ${index % 20}`);
    const appended = await Promise.all(ids.map((id) => state.append('log', id, { id })));
    assert.equal(appended.filter(({ isRepeat }) => !isRepeat).length, 20);
    for (const [index, id] of ids.entries()) {
      assert.equal((await state.append('log', id, {})).sequence, appended[index]?.sequence);
    }
    const entries = await state.read<{ id: string }>('log', 0, 100);
    assert.deepEqual(
      entries.map(({ sequence }) => sequence),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    assert.deepEqual(new Set(entries.map(({ entry }) => entry.id)).size, 20);
    assert.deepEqual(
      (await state.read('log', 18, 1)).map(({ sequence }) => sequence),
      [19],
    );
    assert.equal(await state.lastSequence('log'), 20);
    assert.equal(await state.lastSequence('another'), 0);
    assert.deepEqual(await state.read('lo', 0, 100), []);
  });
}

test('a hint reaches every instance that listens to its topic, and nobody else', async () => {
  const plain = defineService({ name: 'sample', config: z.object({}), uses: { bus: true }, start: async () => {} });
  const env = { NATS_URL: servers.natsUrl, METRICS_PORT: '0', LOG_LEVEL: 'silent', BIND_ADDRESS: '127.0.0.1' };
  await using one = startService(plain, env);
  await using other = startService(plain, env);
  const [here, there] = await Promise.all(
    [one, other].map(async (each) => openHints((await each.ready).runtime.nats, 'sample')),
  );
  const heard: string[] = [];
  const ended = new AbortController();
  const note = (who: string) => (hint: Uint8Array) => void heard.push(`${who} ${Buffer.from(hint)}`);
  here?.listen('c1', 'visitor.1 *', note('here'), ended.signal);
  there?.listen('c1', 'visitor.1 *', note('there'), ended.signal);
  there?.listen('c1', 'visitor.2', note('another topic'), ended.signal);
  there?.listen('c2', 'visitor.1 *', note('another channel'), ended.signal);
  await (await other.ready).runtime.nats.flush();
  here?.tell('c1', 'visitor.1 *', Buffer.from('typing'));
  await until(() => heard.length === 2);
  assert.deepEqual(heard.toSorted(), ['here typing', 'there typing']);
  ended.abort();
  here?.tell('c1', 'visitor.1 *', Buffer.from('again'));
  await Promise.all([one, other].map(async (each) => (await each.ready).runtime.nats.flush()));
  assert.equal(heard.length, 2);
});

test('database: whatever its client says while it is away, the connector hears "unavailable"', async () => {
  const broken = new Proxy({}, { get: () => () => Promise.reject(new Error('connection 7 to 10.0.0.1 closed')) });
  const state = openStates({ collection: () => broken } as unknown as Store, 'sample', () => now)('c1');
  for (const asked of [state.get('a'), state.put('a', 1), state.delete('a'), state.append('log', 'x', 1)])
    await assert.rejects(asked, { code: 'unavailable' });
});
