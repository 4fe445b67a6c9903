import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { startServers, until } from '@trunkline/testkit';
import { closeBus, connectBus, newInbox } from './connect.ts';

const who = { service: 'sealer', instance: 'one', signal: new AbortController().signal };
const natsUsers = [
  {
    user: 'sealer',
    password: 'p@ss/word',
    permissions: { publish: { allow: ['own'] }, subscribe: { allow: ['_INBOX_sealer.>'] } },
  },
];

test('a service connects as its own user and listens under its own inbox', async () => {
  await using servers = await startServers({ nats: true, own: true, natsUsers });
  await using nats = await connectBus({ ...who, url: servers.natsUrlOf('sealer') });
  assert.match(newInbox(nats), /^_INBOX_sealer\./);
  await assert.rejects(nats.request('own', '', { timeout: 500 }), /no responders/);
});

test('what a user may not do is told in a sentence', async () => {
  await using servers = await startServers({ nats: true, own: true, natsUsers });
  const told: string[] = [];
  const onTrouble = ({ message }: Error) => void told.push(message);
  await using nats = await connectBus({ ...who, url: servers.natsUrlOf('sealer'), onTrouble });
  nats.publish('foreign');
  await until(() => told.length > 0);
  assert.deepEqual(told, ['NATS refuses sealer to publish foreign']);
});

test('a wrong password is refused at once, without the password in the sentence', async () => {
  await using servers = await startServers({ nats: true, own: true, natsUsers });
  const url = servers.natsUrlOf('sealer').replace('p%40ss%2Fword', 'wrong');
  await assert.rejects(connectBus({ ...who, url }), (error: Error) => {
    assert.match(error.message, /^NATS at nats:\/\/sealer:\*\*\*@127.0.0.1:\d+ does not accept the user of sealer$/);
    return true;
  });
});

test('a server that was told too late who we are is asked again: this machine is busy, not unknown', async (t) => {
  const impatient = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('INFO {"version":"2.15.1","auth_required":true,"max_payload":1000}\r\n');
    socket.once('data', () => socket.end("-ERR 'Authentication Timeout'\r\n"));
  });
  impatient.listen(0, '127.0.0.1');
  await once(impatient, 'listening');
  t.after(() => impatient.close());
  const { port } = impatient.address() as AddressInfo;
  const url = `nats://sealer:password@127.0.0.1:${port}`;
  await assert.rejects(connectBus({ ...who, url, startTimeoutMs: 300 }), { code: 'unavailable' });
});

test('a server that takes no messages as large as ours is refused at once, with what to do', async (t) => {
  const usual = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('INFO {"version":"2.15.1","max_payload":1048576}\r\n');
    socket.on('data', (data) => String(data).includes('PING') && socket.write('PONG\r\n'));
  });
  usual.listen(0, '127.0.0.1');
  await once(usual, 'listening');
  t.after(() => usual.close());
  const { port } = usual.address() as AddressInfo;
  await assert.rejects(connectBus({ ...who, url: `nats://127.0.0.1:${port}` }), {
    ...{ code: 'failed_precondition', message: /1048576 bytes at most: set max_payload: 8MB/ },
  });
});

test('a server that is not there is waited for and then given up', async () => {
  const told: string[] = [];
  const wanted = {
    ...who,
    url: 'nats://127.0.0.1:1',
    startTimeoutMs: 300,
    onTrouble: (error: Error) => void told.push(error.message),
  };
  await assert.rejects(connectBus(wanted), {
    code: 'unavailable',
    message: 'NATS cannot be reached at nats://127.0.0.1:1',
  });
  assert.ok(told.length >= 1);
});

test('a connection comes back after its server was away', async () => {
  await using servers = await startServers({ nats: true, own: true });
  const reachable: boolean[] = [];
  const onReachable = (isReachable: boolean) => void reachable.push(isReachable);
  await using nats = await connectBus({ ...who, url: servers.natsUrl, onReachable });
  await servers.restart('nats');
  await until(() => reachable.length >= 3);
  assert.deepEqual(reachable, [true, false, true]);
  assert.ok((await nats.rtt()) >= 0);
});

for (const away of ['kill', 'freeze'] as const) {
  test(`a connection whose server is away closes all the same: ${away}`, async () => {
    await using servers = await startServers({ nats: true, own: true });
    const reachable: boolean[] = [];
    const onReachable = (isReachable: boolean) => void reachable.push(isReachable);
    const nats = await connectBus({ ...who, url: servers.natsUrl, onReachable });
    await servers[away]('nats');
    if (away === 'kill') await until(() => reachable.length === 2);
    await closeBus(nats);
    assert.ok(nats.isClosed());
    if (away === 'freeze') await servers.thaw('nats');
  });
}

test('what was sent just before the end arrives', async () => {
  await using servers = await startServers({ nats: true, own: true });
  await using other = await connectBus({ ...who, url: servers.natsUrl });
  const heard: string[] = [];
  other.subscribe('last', { callback: (_, message) => void heard.push(message.string()) });
  await other.flush();
  const nats = await connectBus({ ...who, url: servers.natsUrl });
  nats.publish('last', 'word');
  await closeBus(nats);
  await until(() => heard.length === 1);
});
