import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NatsConnection } from '@nats-io/transport-node';
import { ChannelEntry, directoryKeys, PortalEntry, TenantEntry } from '@trunkline/contracts';
import { startServers, until } from '@trunkline/testkit';
import { provisionBus } from '../provision/provision-bus.ts';
import { connectBus } from './connect.ts';
import { createDirectoryMemory, type DirectoryChange, watchDirectory } from './directory.ts';
import { createDirectoryWriter } from './directory-writer.ts';
import { createJetStreamLog } from './jetstream-log.ts';
import { keepLaneClosed, openTenantRooms, watchRoom } from './room.ts';

async function aBus() {
  const servers = await startServers({ nats: true, own: true });
  const stop = new AbortController();
  const signal = stop.signal;
  const nats = await connectBus({ url: servers.natsUrl, service: 'test', instance: 'one', signal });
  await provisionBus(nats, { connectors: ['telegram', 'viber'] });
  const close = async () => {
    stop.abort();
    await nats.close();
    await servers.stop();
  };
  return { servers, nats, signal, writer: writerOf(nats), [Symbol.asyncDispose]: close };
}

function writerOf(nats: NatsConnection) {
  return createDirectoryWriter(nats, logOf(nats));
}

const logOf = (nats: NatsConnection) => createJetStreamLog(nats, { inboxPrefix: '_INBOX_test' });

function tenant(id: string, isActive = true) {
  return [directoryKeys.tenant(id), TenantEntry.encode(TenantEntry.fromPartial({ id, isActive })).finish()] as const;
}

function channel(connector: string, id: string, name = '') {
  return [
    directoryKeys.channel(connector, id),
    ChannelEntry.encode(ChannelEntry.fromPartial({ id, connector, name })).finish(),
  ] as const;
}

test('a service sees its own part, with every change and removal', async () => {
  await using bus = await aBus();
  await bus.writer.publishEntry(...tenant('t1'));
  await bus.writer.publishEntry(...channel('telegram', 'c1', 'before'));
  await bus.writer.publishEntry(...channel('viber', 'c2'));
  const portal = PortalEntry.encode(PortalEntry.fromPartial({ id: 'p1' })).finish();
  await bus.writer.publishEntry(directoryKeys.portal('p1'), portal);

  const { directory } = watchDirectory(bus.nats, { service: 'telegram', signal: bus.signal });
  assert.equal(directory.isLoaded, false);
  await directory.loaded;
  assert.equal(directory.tenant('t1')?.isActive, true);
  assert.deepEqual(
    directory.channels('telegram').map(({ id }) => id),
    ['c1'],
  );
  assert.equal(directory.channel('viber', 'c2'), undefined);
  assert.equal(directory.portal('p1'), undefined);

  const changes: DirectoryChange[] = [];
  directory.onChange((change) => void changes.push(change));
  await bus.writer.publishEntry(...channel('telegram', 'c1', 'after'));
  await bus.writer.removeEntry(directoryKeys.tenant('t1'));
  await until(() => changes.length === 2);
  assert.equal(directory.channel('telegram', 'c1')?.name, 'after');
  assert.equal(directory.tenant('t1'), undefined);
  assert.deepEqual(
    changes.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    [
      { kind: 'channel', key: 'channel.telegram.c1', id: 'c1', isGone: false },
      { kind: 'tenant', key: 'tenant.t1', id: 't1', isGone: true },
    ],
  );
});

test('an empty directory is loaded and has nothing', async () => {
  await using bus = await aBus();
  const { directory } = watchDirectory(bus.nats, { service: 'gateway', signal: bus.signal });
  await directory.loaded;
  assert.equal(directory.tenant('t1'), undefined);
});

test('a directory stays loaded while the bus is away, and afterwards is told what it missed', async () => {
  await using bus = await aBus();
  await bus.writer.publishEntry(...tenant('t1'));
  const { directory } = watchDirectory(bus.nats, { service: 'gateway', signal: bus.signal });
  await directory.loaded;

  await bus.servers.kill('nats');
  assert.equal(directory.isLoaded, true);
  assert.equal(directory.tenant('t1')?.isActive, true);
  await bus.servers.restart('nats');
  await until(() =>
    bus.writer.publishEntry(...tenant('t1', false)).then(
      () => true,
      () => false,
    ),
  );

  await until(() => directory.tenant('t1')?.isActive === false);
});

test('the writer reads back everything that is there', async () => {
  await using bus = await aBus();
  await bus.writer.publishEntry(...tenant('t1'));
  await bus.writer.publishEntry(...tenant('t2'));
  await bus.writer.publishEntry(...channel('telegram', 'c1'));
  await bus.writer.removeEntry(directoryKeys.tenant('t2'));
  const entries = await bus.writer.entries(bus.signal);
  const there = [...entries].flatMap(([key, { value }]) => (value ? [key] : []));
  assert.deepEqual(there.toSorted(), ['channel.telegram.c1', 'tenant.t1']);
  const { value, revision } = entries.get('tenant.t1') ?? assert.fail();
  assert.deepEqual(
    TenantEntry.decode(value ?? new Uint8Array()),
    TenantEntry.fromPartial({ id: 't1', isActive: true }),
  );
  // Who was held up since it read the entry does not bring back what was.
  await bus.writer.publishEntry(...tenant('t1', false), revision);
  await assert.rejects(bus.writer.publishEntry(...tenant('t1'), revision), { name: 'WrongLastSequence' });
  await assert.rejects(bus.writer.removeEntry('tenant.t1', revision), { name: 'WrongLastSequence' });
});

test('the door opens and closes by the janitor’s word', async () => {
  await using bus = await aBus();
  const { room } = watchRoom(bus.nats, bus.signal);
  assert.equal(room.isOpen(), true);
  await bus.writer.publishEntry(directoryKeys.room(), Buffer.from('closed'));
  await until(() => !room.isOpen());
  await bus.writer.publishEntry(directoryKeys.room(), Buffer.from('open'));
  await until(() => room.isOpen());
});

test('the door of a lane is closed as long as somebody says so, and no longer than a minute without a word', async () => {
  await using bus = await aBus();
  const end = new AbortController();
  let nowMs = 0;
  const { room, watching } = watchRoom(bus.nats, end.signal, () => nowMs);
  const keeping = new AbortController();
  const kept = keepLaneClosed(logOf(bus.nats), 3, { signal: keeping.signal, onTrouble: assert.ifError });
  await until(() => !room.isOpenIn(3));
  assert.deepEqual([room.isOpenIn(4), room.isOpen(), room.isOpenTo('t1')], [true, true, true]);
  keeping.abort();
  await kept;
  nowMs = 60_000;
  assert.equal(room.isOpenIn(3), true);
  end.abort();
  await watching;
});

test('the door of one tenant closes and opens by its own word', async () => {
  await using bus = await aBus();
  const { room } = watchRoom(bus.nats, bus.signal);
  const rooms = openTenantRooms(bus.nats, createJetStreamLog(bus.nats), bus.signal);
  await rooms.tell('t1', false);
  await until(() => !room.isOpenTo('t1') && rooms.closed.has('t1'));
  assert.deepEqual([room.isOpen(), room.isOpenTo('t2'), room.isOpenTo('')], [true, true, true]);
  await rooms.tell('t1', true);
  await until(() => room.isOpenTo('t1') && rooms.closed.size === 0);
});

test('the door of a tenant opens a minute after the last word that it is closed: whoever said so may be gone', async () => {
  await using bus = await aBus();
  let nowMs = 0;
  const now = () => nowMs;
  const { room } = watchRoom(bus.nats, bus.signal, now);
  const rooms = openTenantRooms(bus.nats, createJetStreamLog(bus.nats), bus.signal, now);
  await rooms.tell('t1', false);
  await bus.writer.publishEntry(directoryKeys.room(), Buffer.from('closed'));
  await until(() => !room.isOpenTo('t1') && !room.isOpen() && rooms.closed.has('t1'));
  nowMs = 59_999;
  assert.equal(room.isOpenTo('t1'), false);
  await rooms.tell('t1', false);
  await until(() => rooms.closed.get('t1') === 59_999);
  nowMs = 119_998;
  assert.equal(room.isOpenTo('t1'), false, 'said again');
  nowMs = 119_999;
  assert.deepEqual([room.isOpenTo('t1'), room.isOpen()], [true, false], 'the door of all is the janitor’s');
});

test('an entry that cannot be read leaves the former one and is told', () => {
  const troubles: unknown[] = [];
  const memory = createDirectoryMemory((error) => void troubles.push(error));
  const [key, value] = tenant('t1');
  memory.take({ key, value });
  memory.take({ key, value: Buffer.from([0xff, 0xff, 0xff]) });
  assert.equal(memory.directory.tenant('t1')?.id, 't1');
  assert.equal(troubles.length, 1);
});
