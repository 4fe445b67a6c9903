import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  collections,
  DeliveryRecord,
  headers,
  objectStores,
  objectStream,
  streams,
  subjects,
} from '@trunkline/contracts';
import {
  createOverflowing,
  type Overflowing,
  openOverflowStore,
  runKeyedLog,
  type StoredMessage,
  totalsOf,
} from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { sealFacts } from './consume/seal-facts.ts';
import { createKeyRing } from './key-ring.ts';
import { sealingKey } from './opened-keys.ts';
import { portalKeys } from './store/portal-keys.ts';
import { text } from './testing/facts.ts';
import { lane, type Surroundings, startSurroundings, tenantId } from './testing/surroundings.ts';
import { taken, texts } from './testing/taken.ts';

let around: Surroundings;
const busBytes = 64 * 1024 ** 2;
const percent = 0.1;
/** What one portal may hold: some fifteen events of this test. */
const shareBytes = Math.floor(busBytes * 0.28) * (percent / 100);

before(async () => {
  around = await startSurroundings({ busBytes, settings: { PORTAL_OUTBOX_PERCENT: String(percent) } });
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

async function aPortal() {
  const portalId = randomUUID();
  const { licenceKey } = await around.as.directory.rotateKey({ portalId, tenantId, idempotencyKey: 'first' });
  /** The messages of its stream as they stand. */
  const messages = async () => {
    const found: StoredMessage[] = [];
    for (let from = 1; ; from = (found.at(-1)?.sequence ?? 0) + 1) {
      const next = await around.bus.nextOf(streams.outbox, subjects.outbox(lane, portalId), from);
      if (next === undefined) return found;
      found.push(next);
    }
  };
  let said = 0;
  const say = async (count: number) => {
    for (let each = 0; each < count; each += 1) {
      said += 1;
      await around.say(text(portalId, `${said}: ${'x'.repeat(500)}`));
    }
    await until(async () => (await around.sealed(portalId)).length === said);
  };
  /** Its receiver takes everything: opened, in order, the chain proven. */
  const requireAll = async (count = said) => {
    const all = texts(await taken(around, portalId, [licenceKey], count));
    const numbers = all.map((plain) => Number(plain.split(':')[0]));
    assert.deepEqual(
      numbers,
      Array.from({ length: count }, (_, index) => index + 1),
    );
  };
  return { portalId, messages, say, requireAll };
}

const isReference = ({ header }: StoredMessage) => header(headers.overflow) !== undefined;

test('a portal that takes nothing holds its share of OUTBOX, the rest lies in the object store, in order and whole', async () => {
  const { messages, say, requireAll } = await aPortal();
  const other = await aPortal();
  // One by one: of many at once a busy sealer makes a few large messages.
  for (let each = 0; each < 40; each += 1) await say(1);
  await other.say(3);
  const found = await messages();
  const first = found.findIndex(isReference);
  assert.ok(first > 3 && first < 30, `${first} messages are whole`);
  assert.ok(found.slice(first).every(isReference), 'the newest overflow');
  const whole = found.slice(0, first).reduce((sum, { data }) => sum + data.length, 0);
  assert.ok(whole <= shareBytes && whole > shareBytes / 2, `${whole} of ${shareBytes} bytes`);
  const totals = totalsOf(found.at(-1));
  assert.equal(totals.overflowedMessages, found.length - first);
  await requireAll();
  assert.ok(!(await other.messages()).some(isReference), 'nobody else overflows');
  await other.requireAll();
  assert.match(await around.metrics(), /trunkline_overflowed_messages_total\{[^}]*outcome="stored"[^}]*\} [1-9]/);
});

test('what was delivered does not count: as soon as the portal takes what waits, the next messages are whole again', async () => {
  const { portalId, messages, say, requireAll } = await aPortal();
  await say(30);
  assert.ok((await messages()).some(isReference));
  const doneTotals = totalsOf((await messages()).at(-1));
  const record = DeliveryRecord.fromPartial({ lane, isFull: true, cursors: [{ portalId, doneTotals, sequence: 30 }] });
  await around.bus.publish(subjects.deliveries(lane), DeliveryRecord.encode(record).finish());
  await until(async () => {
    // What a portal has is read anew every two seconds: until then its share must not be full again.
    await pause(500);
    await say(1);
    const [last] = (await messages()).slice(-1);
    return last !== undefined && !isReference(last);
  });
  await requireAll();
});

/** A sealer that is this process's own, whose every message overflows. */
async function overflowingLog(more: Partial<Parameters<typeof createOverflowing>[0]> = {}) {
  const store = portalKeys(around.collection(collections.sealer.keys) as never);
  const ring = createKeyRing({ store, kek: around.kek, now: Date.now });
  const overflowing: Overflowing = createOverflowing({
    ...{ store: openOverflowStore(around.nats, around.bus), share: { isOver: async () => true } },
    ...{ now: () => performance.now(), onOverflowed: () => {}, onRefused: (error) => assert.fail(String(error)) },
    ...more,
  });
  const sealerOf = async (portalId: string) => sealingKey(await ring.of(portalId));
  const parked = { add: async () => {}, addRaw: async () => {} };
  return sealFacts({ sealerOf, keyUsed: () => {}, fileLink: () => '', parked, overflowing });
}

test('a sealer that dies between object and message leaves an object that nobody refers to, and nothing else', async () => {
  const { portalId, messages, requireAll, say } = await aPortal();
  await say(1);
  await around.stop();
  await around.say(text(portalId, '2: between'));
  const stored: number[] = [];
  const definition = await overflowingLog({ onOverflowed: (bytes) => void stored.push(bytes) });
  const lease = { lane, owner: 'dies', signal: new AbortController().signal, confirmedAgoMs: () => 0 };
  for (let life = 0; life < 2; life += 1) {
    const at = (point: string) => {
      if (point === 'keyed.sealed') throw new Error('killed');
    };
    await assert.rejects(runKeyedLog(definition, { log: around.bus, lease, at, keysAtOnce: 1 }), /killed/);
  }
  assert.equal(stored.length, 2, 'each life stored its own object');
  assert.equal((await messages()).length, 1);
  await around.start();
  await until(async () => (await messages()).length === 2);
  await requireAll(2);
});

test('of two owners at once each message is there once, and whole, whoever sealed it', async () => {
  const { portalId, messages } = await aPortal();
  await around.stop();
  const count = 60;
  for (let each = 0; each < count; each += 1) await around.say(text(portalId, `${each}`));
  const end = new AbortController();
  const owners = ['one', 'two'].map(async (owner) => {
    const lease = { lane, owner, signal: end.signal, confirmedAgoMs: () => 0 };
    await runKeyedLog(await overflowingLog(), { log: around.bus, lease });
  });
  await until(async () => (await around.sealed(portalId)).length >= count);
  end.abort();
  await Promise.all(owners);
  assert.ok((await messages()).every(isReference));
  const all = await around.sealed(portalId);
  assert.deepEqual(
    all.map(({ sequence }) => sequence),
    Array.from({ length: count }, (_, index) => index + 1),
  );
  assert.ok(all.every(({ cloudEvent }) => cloudEvent.length > 0));
  await around.start();
});

test('an object store that is full stops nobody: what it does not take stays in OUTBOX, and is told', async () => {
  const stream = objectStream(objectStores.overflow);
  const { config } = (await around.nats.request(`$JS.API.STREAM.INFO.${stream}`)).json<{
    config: { max_bytes: number };
  }>();
  const limit = async (maxBytes: number) => {
    const changed = JSON.stringify({ ...config, max_bytes: maxBytes });
    const answer = (await around.nats.request(`$JS.API.STREAM.UPDATE.${stream}`, changed)).json<{ error?: object }>();
    assert.equal(answer.error, undefined);
  };
  const { say, messages, requireAll } = await aPortal();
  await around.stop();
  await limit(1_024);
  await around.start();
  await say(40);
  assert.ok(!(await messages()).some(isReference));
  await requireAll();
  assert.match(await around.metrics(), /trunkline_overflowed_messages_total\{[^}]*outcome="refused"[^}]*\} [1-9]/);
  await limit(config.max_bytes);
});
