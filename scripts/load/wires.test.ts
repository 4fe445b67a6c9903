import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreServices } from '../../packages/contracts/src/index.ts';
import type { Instance } from '../up/environments.ts';
import { createWires, joinByWires, kafkaDoorsOf } from './wires.ts';

const instances: readonly Instance[] = [...coreServices, 'telegram', 'viber'].flatMap((service, index) =>
  (service === 'delivery' ? [1, 2] : [1]).map((number) => {
    const base = 20_000 + index * 10 + number * 3;
    return { service, number, ports: { http: base, grpc: base + 1, metrics: base + 2 } };
  }),
);
const [natsPorts, mongoUrl] = [[31_001, 31_002, 31_003], 'mongodb://root:word@127.0.0.1:31000'];
const portOf = (name: string, kind: 'http' | 'grpc') =>
  instances.find(({ service, number }) => name === `${service}-${number}`)?.ports[kind];

/** What the environments of all say of others; the clusters's and the single server's addresses look alike. */
function environmentsOf(members: number) {
  const natsUrl = `nats://u:p@${natsPorts
    .slice(0, members)
    .map((port) => `127.0.0.1:${port}`)
    .join(',')}`;
  const peers = instances.map(({ service, ports }) => `${service}=127.0.0.1:${ports.grpc}`).join(',');
  const connectors = `telegram=http://127.0.0.1:${portOf('telegram-1', 'http')}`;
  const environments = new Map(
    instances.map((each) => {
      const own = each.service === 'gateway' ? { CONNECTORS: connectors } : {};
      return [each, { NATS_URL: natsUrl, MONGO_URL: `${mongoUrl}/trunkline`, PEERS: peers, ...own }] as const;
    }),
  );
  return {
    environments: new Map<Instance, Record<string, string>>(environments),
    servers: { natsUrl, mongoUrl, doors: new Map() },
  };
}

test('there is a wire for every service and everybody whom it connects to, and none for whom it may not call', async () => {
  await using wires = createWires();
  const { environments, servers } = environmentsOf(1);
  await joinByWires(wires, environments, servers);
  const of = (from: string) => [...wires.byName.keys()].filter((name) => name.startsWith(`${from} → `)).toSorted();
  assert.deepEqual(of('delivery-2'), ['delivery-2 → mongo', 'delivery-2 → nats', 'delivery-2 → sealer-1']);
  assert.deepEqual(of('sealer-1'), ['sealer-1 → mongo', 'sealer-1 → nats']);
  assert.deepEqual(of('telegram-1'), ['telegram-1 → directory-1', 'telegram-1 → mongo', 'telegram-1 → nats']);
  assert.deepEqual(of('normalizer-1').slice(-2), ['normalizer-1 → telegram-1', 'normalizer-1 → viber-1']);
  const gateway = ['audit-1', 'delivery-1', 'delivery-2', 'directory-1', 'mongo', 'nats', 'normalizer-1', 'sealer-1'];
  assert.deepEqual(
    of('gateway-1'),
    [...gateway, 'telegram-1'].map((to) => `gateway-1 → ${to}`),
  );
});

test('whoever has a wire is told its address, and keeps everything else that it was told', async () => {
  await using wires = createWires();
  const { environments, servers } = environmentsOf(3);
  await joinByWires(wires, environments, servers);
  const delivery = instances.find(({ service }) => service === 'delivery');
  const told = delivery && environments.get(delivery);
  const port = (to: string) => wires.byName.get(`delivery-1 → ${to}`)?.port;
  const members = [1, 2, 3].map((member) => `127.0.0.1:${port(`nats-${member}`)}`);
  assert.equal(told?.NATS_URL, `nats://u:p@${members.join(',')}`);
  assert.equal(told?.MONGO_URL, `mongodb://root:word@127.0.0.1:${port('mongo')}/trunkline`);
  assert.match(told?.PEERS ?? '', new RegExp(`sealer=127\\.0\\.0\\.1:${port('sealer-1')}(,|$)`));
  assert.match(told?.PEERS ?? '', new RegExp(`directory=127\\.0\\.0\\.1:${portOf('directory-1', 'grpc')}(,|$)`));
});

test('a client of Kafka has a door of its own, which tells it the address of its wire', async () => {
  await using wires = createWires();
  const doors = await kafkaDoorsOf(wires, instances);
  assert.deepEqual([...doors.keys()], ['audit-1']);
  const wire = wires.byName.get('audit-1 → kafka');
  assert.equal(doors.get('audit-1')?.advertisedPort, wire?.port);
  assert.notEqual(doors.get('audit-1')?.port, wire?.port);
  const { environments, servers } = environmentsOf(1);
  await joinByWires(wires, environments, { ...servers, doors });
  const audit = instances.find(({ service }) => service === 'audit');
  assert.equal(audit && environments.get(audit)?.KAFKA_BROKERS, `127.0.0.1:${wire?.port}`);
});
