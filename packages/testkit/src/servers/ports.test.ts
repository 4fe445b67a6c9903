import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { run } from './fetch/run.mjs';
import { freePort } from './ports.ts';

const PORTS = new URL('ports.ts', import.meta.url).href;

test('ports that are planned before anything listens on them are all different, also from those of another process', async (t) => {
  const asOther = `
    const { freePort } = await import(${JSON.stringify(PORTS)});
    const ports = await Promise.all(Array.from({ length: 800 }, freePort));
    console.log(ports.join(" "));`;
  const own = await Promise.all(Array.from({ length: 800 }, () => freePort()));

  const { lines } = await run(process.execPath, ['--input-type=module', '--eval', asOther], { signal: t.signal });

  const others = lines.join(' ').split(' ').map(Number);
  assert.equal(new Set([...own, ...others]).size, 1_600);
});

test('a server can listen on the port that it was given', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  server.close();
});
