import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startServers } from '@trunkline/testkit';
import { busTable } from './bus-table.ts';
import { provisionBus } from './provision-bus.ts';

const connectors = ['telegram', 'webchat'];

async function aBus() {
  const servers = await startServers({ nats: true, own: true });
  const nats = await connect({ servers: new URL(servers.natsUrl).host });
  const close = async () => {
    await nats.close();
    await servers.stop();
  };
  return { nats, [Symbol.asyncDispose]: close };
}

test('every stream is made once, and a second time nothing is touched', async () => {
  await using bus = await aBus();
  const first = await provisionBus(bus.nats, { connectors });
  assert.deepEqual(
    first.made,
    busTable({ connectors }).map(({ name }) => name),
  );

  const second = await provisionBus(bus.nats, { connectors });
  assert.deepEqual(second, { made: [], changed: [], left: [] });
});

test('another size changes every stream and loses nothing', async () => {
  await using bus = await aBus();
  await provisionBus(bus.nats, { connectors });
  await jetstream(bus.nats).publish('ingress.0', 'kept');

  const { changed } = await provisionBus(bus.nats, { connectors, busBytes: 1024 ** 3 });

  assert.equal(changed.length, busTable({ connectors }).length);
  const { state } = await (await jetstreamManager(bus.nats)).streams.info('INGRESS');
  assert.equal(state.messages, 1);
});

test('streams of a connector that is gone are left and told', async () => {
  await using bus = await aBus();
  await provisionBus(bus.nats, { connectors });
  const { left } = await provisionBus(bus.nats, { connectors: ['telegram'] });
  assert.deepEqual(left.toSorted(), ['EGRESS_webchat', 'SENDS_webchat']);
});

test('a server without the room says which stream and what to do', async () => {
  await using bus = await aBus();
  await assert.rejects(provisionBus(bus.nats, { connectors, busBytes: 2 ** 50 }), /stream OUTBOX .* lower BUS_BYTES/);
});

test('what has come further has more room', () => {
  const sizes = new Map(busTable({ connectors }).map(({ name, max_bytes }) => [name, max_bytes] as const));
  const order = ['OUTBOX', 'FACTS', 'INGRESS', 'DELIVERIES'].map((name) => sizes.get(name) ?? 0);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => b - a),
  );
  assert.ok(busTable({ connectors }).every(({ name, max_age }) => name === 'KV_owners' || max_age === 0));
});
