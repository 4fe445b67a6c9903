import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  coreServices,
  directoryKeys,
  IngressItem,
  inboxPrefix,
  messageStreams,
  natsPermissions,
  streams,
  subjects,
  TenantEntry,
} from '@trunkline/contracts';
import { type Servers, startServers, until } from '@trunkline/testkit';
import { openBodyStore } from '../files/body-store.ts';
import { openFileStore } from '../files/file-store.ts';
import { provisionBus } from '../provision/provision-bus.ts';
import { connectBus } from './connect.ts';
import { watchDirectory } from './directory.ts';
import { createDirectoryWriter } from './directory-writer.ts';
import { createDoor } from './door.ts';
import { runJanitor } from './janitor.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import { runLanes } from './lease.ts';
import type { LogPort } from './ports.ts';
import { auditSink } from './readers.ts';
import { watchRoom } from './room.ts';
import { runSink } from './sink.ts';
import { runTimers } from './timers.ts';

const connectors = ['telegram'];

/** A service on the bus, as its own user, with everything that the bus told it of what it may not. */
interface AsService extends AsyncDisposable {
  readonly nats: NatsConnection;
  readonly bus: LogPort;
  readonly signal: AbortSignal;
  readonly troubles: string[];
  readonly onTrouble: (error: unknown) => void;
}

describe('every part does its work with the rights of its own user', () => {
  let servers: Servers;

  before(async () => {
    const users = [...coreServices, ...connectors];
    const natsUsers = users.map((user) => ({ user, password: user, permissions: natsPermissions(user, connectors) }));
    servers = await startServers({ nats: true, own: true, natsUsers });
    const signal = new AbortController().signal;
    await using root = await connectBus({ url: servers.natsUrl, service: 'infra', instance: 'one', signal });
    await provisionBus(root, { connectors });
  });
  after(() => servers.stop());

  async function as(service: string): Promise<AsService> {
    const stop = new AbortController();
    const troubles: string[] = [];
    const onTrouble = (error: unknown) => void troubles.push(String(error));
    const connection = { url: servers.natsUrlOf(service), service, instance: 'one', signal: stop.signal, onTrouble };
    const nats = await connectBus(connection);
    const bus = createJetStreamLog(nats, { inboxPrefix: inboxPrefix(service) });
    const close = async () => {
      stop.abort();
      await nats.close();
      assert.deepEqual(troubles, []);
    };
    return { nats, bus, signal: stop.signal, troubles, onTrouble, [Symbol.asyncDispose]: close };
  }

  test('a connector stores hook calls, large bodies and files', async () => {
    await using telegram = await as('telegram');
    const { nats, bus, signal } = telegram;
    await using door = createDoor({ bus, bodies: openBodyStore(nats, bus), room: watchRoom(nats, signal).room });
    const call = { channelId: 'c1', connector: 'telegram', raw: Buffer.alloc(1_000_000) };
    await door.enter(0, IngressItem.fromPartial({ item: { $case: 'hookCall', value: call } }));
    const files = openFileStore(nats, bus);
    const { key } = await files.put(bytes(10), { maxBytes: 10 });
    assert.equal((await files.open(key))?.file.sizeBytes, 10);
  });

  test('the normalizer takes submissions, knows repeats and sets timers', async () => {
    await using normalizer = await as('normalizer');
    const { nats, bus, signal, onTrouble } = normalizer;
    await using door = createDoor({ bus, bodies: openBodyStore(nats, bus), room: watchRoom(nats, signal).room });
    const item = IngressItem.fromPartial({ item: { $case: 'submission', value: { bodySha256: Buffer.from('1') } } });
    assert.equal((await door.submit(0, item, 'id')).isRepeat, false);
    assert.equal((await door.submit(0, item, 'id')).isRepeat, true);
    const end = new AbortController();
    const running = runTimers({ bus, lane: 0, service: 'normalizer', signal: end.signal, onTrouble });
    await bus.publish(subjects.timer(0, 't1'), Buffer.from('x'));
    const { sequence } = await bus.publish(subjects.facts(0, 'normalizer'), Buffer.alloc(0));
    await until(async () => (await bus.lastOf(streams.cursors, subjects.cursor('normalizer.timers', 0))) !== undefined);
    assert.ok(sequence > 0);
    end.abort();
    await running;
  });

  test('services share lanes by leases', async () => {
    for (const service of ['directory', 'sealer', 'delivery', 'audit', 'janitor', 'telegram']) {
      await using one = await as(service);
      const end = new AbortController();
      const owned: number[] = [];
      const options = { ...one, service, instance: 'one', lanes: [0], signal: end.signal };
      const done = runLanes(options, async ({ lane }) => void owned.push(lane));
      await until(() => owned.length > 0);
      end.abort();
      await done;
    }
  });

  test('the directory writes its entries and others watch their part', async () => {
    await using directory = await as('directory');
    await using gateway = await as('gateway');
    const writer = createDirectoryWriter(directory.nats, directory.bus);
    await writer.publishEntry(
      directoryKeys.tenant('t1'),
      TenantEntry.encode(TenantEntry.fromPartial({ id: 't1', isActive: true })).finish(),
    );
    assert.deepEqual([...(await writer.entries(directory.signal)).keys()], ['tenant.t1']);
    const seen = watchDirectory(gateway.nats, { ...gateway, service: 'gateway' }).directory;
    await until(() => seen.tenant('t1')?.isActive);
  });

  test('audit reads every stream and keeps its place', async () => {
    await using audit = await as('audit');
    const { bus, onTrouble } = audit;
    const end = new AbortController();
    const running = messageStreams(connectors).map((stream) => {
      const what = { bus, name: auditSink(stream), lane: 0, stream, subjects: ['>'], signal: end.signal, onTrouble };
      return runSink({ ...what, handle: async () => {} });
    });
    await until(
      async () => (await bus.lastOf(streams.cursors, subjects.cursor(auditSink(streams.ingress), 0))) !== undefined,
    );
    end.abort();
    await Promise.all(running);
  });

  test('the janitor clears and tells the doors', async () => {
    await using janitor = await as('janitor');
    const { nats, bus, onTrouble } = janitor;
    const end = new AbortController();
    const cleared: string[] = [];
    const now = () => Date.now() + 1_000 * 60 * 60 * 1_000;
    const done = runJanitor({
      ...{ nats, bus, connectors, now, signal: end.signal, onTrouble, crowdedEveryMs: 100 },
      onCleared: ({ stream }) => void cleared.push(stream),
    });
    await until(() => cleared.length === messageStreams(connectors).length);
    const files = openFileStore(nats, bus);
    await files.remove('none');
    await using telegram = await as('telegram');
    const { room } = watchRoom(telegram.nats, telegram.signal);
    await until(() => room.isOpen());
    end.abort();
    await done;
  });
});

async function* bytes(count: number): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(count);
}
