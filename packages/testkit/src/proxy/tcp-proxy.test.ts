import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { until } from '../until.ts';
import { startTcpProxy } from './tcp-proxy.ts';

/** An echo behind a proxy. */
async function setting() {
  const open = new Set<Socket>();
  const echo = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.pipe(socket);
  });
  await new Promise<void>((done) => echo.listen(0, '127.0.0.1', done));
  const address = echo.address();
  const proxy = await startTcpProxy(typeof address === 'object' && address !== null ? address.port : 0);
  const client = async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    const heard = { text: '', isClosed: false };
    socket.on('data', (bytes) => {
      heard.text += bytes.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      heard.isClosed = true;
    });
    await new Promise((done) => socket.once('connect', done).once('close', done));
    return { socket, heard };
  };
  return {
    proxy,
    client,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await proxy[Symbol.asyncDispose]();
      await new Promise((done) => echo.close(done));
    },
  };
}

test('bytes pass in both directions, however many', async () => {
  await using around = await setting();
  const { socket, heard } = await around.client();
  const many = 'abcdefghij'.repeat(200_000);
  socket.write(many);
  await until(() => heard.text.length === many.length);
  assert.equal(heard.text, many);
  socket.end();
  await until(() => heard.isClosed);
});

test('what is sent into a silent wire arrives in order once it is mended, also on a connection made meanwhile', async () => {
  await using around = await setting();
  const first = await around.client();
  first.socket.write('1');
  await until(() => first.heard.text === '1');
  around.proxy.silence();
  for (const digit of '2345') first.socket.write(digit);
  const second = await around.client();
  second.socket.write('x');
  await assert.rejects(until(() => first.heard.text !== '1' || second.heard.text !== '', 200));
  around.proxy.mend();
  await until(() => first.heard.text === '12345' && second.heard.text === 'x');
});

test('a cut ends every connection and lets new ones through; a refusal does not', async () => {
  await using around = await setting();
  const first = await around.client();
  around.proxy.cut();
  await until(() => first.heard.isClosed);
  const second = await around.client();
  second.socket.write('again');
  await until(() => second.heard.text === 'again');
  around.proxy.refuse();
  await until(() => second.heard.isClosed);
  const third = await around.client();
  await until(() => third.heard.isClosed);
  around.proxy.mend();
  const fourth = await around.client();
  fourth.socket.write('well');
  await until(() => fourth.heard.text === 'well');
});

test('a slow wire delays and keeps the order', async () => {
  await using around = await setting();
  const { socket, heard } = await around.client();
  around.proxy.slow(100);
  const startedAt = performance.now();
  socket.write('1');
  await until(() => heard.text === '1');
  assert.ok(performance.now() - startedAt >= 195, 'there and back');
  for (const digit of '23456') socket.write(digit);
  await until(() => heard.text === '123456');
});
