import assert from 'node:assert/strict';
import { createSecretKey, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { AuditRecord, collections, Fact, type Hop, hopKinds, topicOf, topics } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { Kafka, logLevel } from 'kafkajs';
import { contentKey, openContent } from './domain/content.ts';
import { openSalts } from './store/salts.ts';
import { inbound, keyUsed, outbound, type Story, storyOf, tried } from './testing/story.ts';
import { auditKey, type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;
const home = storyOf('home');
const other = storyOf('other');
const withKey = storyOf('with-key');
const large = { ...storyOf('large'), text: 'x'.repeat(600_000) };
const largeCalls = 9;

before(async () => {
  // The service is ready although Kafka is not there; it catches up once it is.
  around = await startSurroundings({ withoutKafka: true });
  await inbound(around.bus, home, 1);
  await outbound(around.bus, home, 2);
  await keyUsed(around.bus, withKey);
  await inbound(around.bus, other, 1);
  // More of one lane than Kafka takes in one batch.
  for (let sequence = 1; sequence <= largeCalls; sequence += 1) await inbound(around.bus, large, sequence);
  await until(() => around.runtime.health.reasons.has('kafka'));
  await around.servers.restart('kafka');
});

after(async () => await around?.[Symbol.asyncDispose]());

const kindsIn = [
  'hook.received',
  'hook.stored',
  'messages.received',
  'event.sealed',
  'delivery.attempted',
  'delivery.attempted',
];
const kindsOut = [
  ...['message.submitted', 'messages.submitted', 'message.dispatched', 'send.attempted', 'send.result'],
  ...['messages.status', 'event.sealed', 'delivery.attempted'],
];

function kindsOf(hops: readonly Hop[]): string[] {
  return hops.map(({ entry }) => entry?.kind ?? '');
}

async function untilHops(
  tenantId: string,
  target: Parameters<Surroundings['follow']>[1],
  count: number,
): Promise<Hop[]> {
  return await until(async () => {
    const hops = await around.follow(tenantId, target).catch(() => []);
    return hops.length >= count && hops;
  }, 60_000);
}

test('what was written while Kafka was away is there when it is back, and the service is well again', async () => {
  const hops = await untilHops('home', { $case: 'id', value: home.inId }, kindsIn.length);
  assert.deepEqual(kindsOf(hops), kindsIn);
  await until(() => !around.runtime.health.reasons.has('kafka'));
});

test('a lane that has more to catch up with than Kafka takes at once is caught up with', async () => {
  await until(async () => {
    const kinds = kindsOf(await around.follow('large', { $case: 'id', value: large.inId }).catch(() => []));
    const numberOf = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
    return numberOf('hook.stored') === largeCalls && numberOf('messages.received') === largeCalls;
  }, 60_000);
});

test("a message's hops tell service, time, outcome and trace, oldest first, without content", async () => {
  const hops = await untilHops('home', { $case: 'id', value: home.inId }, kindsIn.length);
  const entries = hops.flatMap(({ entry }) => entry ?? []);
  assert.deepEqual(
    entries.map(({ service }) => service),
    ['telegram', 'telegram', 'normalizer', 'sealer', 'delivery', 'delivery'],
  );
  const outcomes = ['received', 'stored', 'normalized', 'queued', 'portal_unavailable', 'accepted'];
  assert.deepEqual(
    entries.map(({ outcome }) => outcome),
    outcomes,
  );
  assert.ok(entries.slice(0, 4).every(({ traceparent }) => traceparent === home.traceparent));
  assert.ok(entries.every(({ at, content }) => at !== undefined && content.length === 0));
  assert.deepEqual(
    entries.map(({ at }) => at),
    entries.map(({ at }) => at).sort((a, b) => Number(a) - Number(b)),
  );
});

test('an answer is followed to its status, and to the delivery of that status', async () => {
  const hops = await untilHops('home', { $case: 'id', value: home.outId }, kindsOut.length);
  assert.deepEqual([...kindsOf(hops)].sort(), [...kindsOut].sort());
  assert.ok(kindsOf(hops).every((kind) => (hopKinds as readonly string[]).includes(kind)));
  const result = hops.find(({ entry }) => entry?.kind === 'send.result');
  assert.equal(result?.entry?.service, 'telegram', 'whoever told the result is named');
});

test("a platform's id, a portal, a conversation and the last message lead to the same hops", async () => {
  await untilHops('home', { $case: 'id', value: home.outId }, kindsOut.length);
  assert.deepEqual(kindsOf(await around.follow('home', { $case: 'id', value: home.platformId })), kindsIn);
  for (const target of [
    { $case: 'portalId', value: home.portalId },
    { $case: 'conversationId', value: home.conversationId },
  ] as const) {
    const kinds = kindsOf(await around.follow('home', target));
    assert.deepEqual([...kinds].sort(), [...kindsIn, ...kindsOut].sort(), target.$case);
  }
  const last = await around.follow('home', { $case: 'last', value: true });
  assert.deepEqual([...kindsOf(last)].sort(), [...kindsOut].sort());
  assert.equal((await around.follow('home', { $case: 'portalId', value: home.portalId }, { limit: 3 })).length, 3);
});

test("a portal whose newest hops are tries alone is still its tenant's", async () => {
  const story = storyOf('tried');
  await inbound(around.bus, story, 1);
  await untilHops('tried', { $case: 'portalId', value: story.portalId }, kindsIn.length);
  await tried(around.bus, story, 1);
  const target = { $case: 'portalId', value: story.portalId } as const;
  await untilHops('tried', target, kindsIn.length + 1);
  assert.deepEqual(kindsOf(await around.follow('tried', target, { limit: 1 })), ['delivery.attempted']);
  assert.deepEqual(await around.follow('other', target, { limit: 1 }), []);
});

test("another tenant's ids give nothing, whatever they are", async () => {
  await untilHops('other', { $case: 'id', value: other.inId }, kindsIn.length);
  for (const target of [
    { $case: 'id', value: home.inId },
    { $case: 'id', value: home.outId },
    { $case: 'id', value: home.platformId },
    { $case: 'id', value: '2002' },
    { $case: 'portalId', value: home.portalId },
    { $case: 'conversationId', value: home.conversationId },
  ] as const) {
    assert.deepEqual(await around.follow('other', target), [], `${target.$case} ${target.value}`);
  }
  const last = await around.follow('other', { $case: 'last', value: true });
  assert.ok(last.every(({ entry }) => entry?.tenantId !== 'home'));
  assert.equal((await around.follow('*', { $case: 'id', value: home.inId })).length, kindsIn.length);
});

test('an unknown id gives nothing, and no target is refused', async () => {
  assert.deepEqual(await around.follow('home', { $case: 'id', value: 'nothing' }), []);
  await assert.rejects(around.follow('home', undefined), /target/);
});

test('with is_live new hops come as they happen', async () => {
  const story = storyOf('live');
  const stop = new AbortController();
  const kinds: string[] = [];
  const following = (async () => {
    for await (const { entry } of around.live('live', { $case: 'portalId', value: story.portalId }, stop.signal)) {
      kinds.push(entry?.kind ?? '');
    }
  })().catch(() => {});
  await inbound(around.bus, story, 1);
  await until(() => kinds.length >= kindsIn.length);
  stop.abort();
  await following;
  assert.deepEqual([...kinds].sort(), [...kindsIn].sort());
});

interface ReadBack {
  readonly record: AuditRecord;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly raw: Buffer;
}

/** Reads all topics by another client. */
async function readBack(): Promise<readonly ReadBack[]> {
  const kafka = new Kafka({ brokers: [around.servers.kafkaBrokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = (await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)))).flat();
  await admin.disconnect();
  assert.equal(ends.length, topics.length * 8);
  const wanted = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const consumer = kafka.consumer({ groupId: randomUUID() });
  const found: ReadBack[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const raw = message.value ?? Buffer.alloc(0);
      found.push({ record: AuditRecord.decode(raw), topic, partition, key: String(message.key), raw });
    },
  });
  await until(() => found.length >= wanted, 60_000);
  await consumer.disconnect();
  return found;
}

let read: Promise<readonly ReadBack[]> | undefined;

test('every message of the bus is one record of its topic, in the partition of its lane, readable by any client', async () => {
  await untilHops('home', { $case: 'id', value: home.outId }, kindsOut.length);
  for (const stream of ['INGRESS', 'FACTS', 'OUTBOX', 'EGRESS_telegram', 'DELIVERIES', 'SENDS_telegram']) {
    read ??= readBack();
    const found = (await read).filter(({ topic }) => topic === topicOf(stream));
    const ofStream = found.filter(({ record }) => record.stream === stream);
    const last = await around.bus.lastSequence(stream);
    const sequences = ofStream.map(({ record }) => record.sequence);
    assert.deepEqual(new Set(sequences), new Set(Array.from({ length: last }, (_, index) => index + 1)), stream);
    assert.ok(found.every(({ record, partition, key }) => record.lane === partition && key === String(partition)));
    assert.ok(
      found.every(({ raw }) => !raw.includes('wrote')),
      'nothing that people wrote is in clear',
    );
  }
});

test('what was done with a licence key stands in Kafka, named after the sealer', async () => {
  await untilHops('home', { $case: 'id', value: home.outId }, kindsOut.length);
  read ??= readBack();
  const entries = (await read)
    .filter(({ topic }) => topic === topicOf('FACTS'))
    .flatMap(({ record }) => record.entries);
  const [entry] = entries.filter(({ kind }) => kind === 'keys.used');
  assert.deepEqual(
    [entry?.portalId, entry?.tenantId, entry?.kid, entry?.outcome, entry?.count, entry?.service],
    [withKey.portalId, withKey.tenantId, 'kid-1', 'revoked', 1, 'sealer'],
  );
  const hops = await untilHops('with-key', { $case: 'portalId', value: withKey.portalId }, 1);
  assert.deepEqual(kindsOf(hops), ['keys.used']);
});

test('content opens with the salt of its contact, and with nothing once that is deleted', async () => {
  const story: Story = home;
  await untilHops('home', { $case: 'id', value: story.inId }, kindsIn.length);
  read ??= readBack();
  const facts = (await read).filter(({ record }) => record.stream === 'FACTS');
  const entry = facts.flatMap(({ record }) => record.entries).find(({ id }) => id === story.inId);
  assert.ok(entry && entry.saltId === story.contactId && entry.content.length > 0);
  const salts = openSalts(around.runtime.store.collection(collections.audit.salts), Date.now);
  const salt = await salts.find(entry.saltId);
  assert.ok(salt);
  const master = createSecretKey(auditKey);
  const clear = openContent(contentKey(master, story.tenantId, salt), entry.id, entry.content);
  assert.ok(clear && JSON.stringify(Fact.toJSON(Fact.decode(clear))).includes(story.text));

  await salts.erase(entry.saltId);
  assert.equal(await salts.find(entry.saltId), undefined);
  const anew = (await salts.make([entry.saltId])).get(entry.saltId);
  assert.ok(anew);
  assert.equal(openContent(contentKey(master, story.tenantId, anew), entry.id, entry.content), undefined);
});

test('a Kafka that holds its connections and says nothing: who asks hears so, the service says so, and then it catches up', async () => {
  await untilHops('home', { $case: 'id', value: home.inId }, kindsIn.length);
  const story = storyOf('frozen');
  await around.servers.freeze('kafka');
  try {
    await inbound(around.bus, story, 1);
    const refused = around.follow('home', { $case: 'id', value: home.inId });
    await assert.rejects(refused, { code: 'unavailable', publicMessage: 'History cannot be read or written now.' });
    await until(() => around.runtime.health.reasons.has('kafka'), 20_000);
  } finally {
    await around.servers.thaw('kafka');
  }
  await untilHops('frozen', { $case: 'id', value: story.inId }, kindsIn.length);
  await until(() => !around.runtime.health.reasons.has('kafka'));
});
