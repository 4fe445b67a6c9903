import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openerOf } from './judge/open.ts';
import { handOver } from './sink.ts';

const secret = Buffer.alloc(32, 7);
const checksum = createHash('sha256').update(secret).digest().subarray(0, 4);
const portal = {
  ...{ name: 'p1', id: 'prt_1', tenantId: 'tnt_1', botToken: '', channelId: '' },
  licenceKey: `tlk_${Buffer.concat([secret, checksum]).toString('base64url')}`,
};

/** A receiver that is given its key after so many requests, and notes what it opened. */
async function receiver(keyAfter: number) {
  const opener = openerOf(portal.licenceKey);
  const seen = { requests: 0, opened: [] as unknown[], replays: [] as unknown[] };
  const server = createServer(async (request, response) => {
    seen.requests += 1;
    const body = await text(request);
    if (seen.requests <= keyAfter) return void response.writeHead(401).end();
    const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
    for (const event of opener.verify(body, headers)) {
      seen.opened.push(await opener.open(event));
      seen.replays.push(event.replay);
    }
    response.writeHead(204).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  return { url, seen, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const silent = { say: () => {}, signal: AbortSignal.timeout(30_000), everyMs: 1 };

test('a receiver is waited for until it takes what is signed with the key that was printed; no number is used up', async () => {
  await using its = await receiver(3);
  const said: string[] = [];
  await handOver([portal], { ...silent, url: its.url, say: (what) => void said.push(what) });
  assert.equal(its.seen.requests, 4);
  assert.equal(its.seen.opened.length, 1);
  assert.deepEqual(its.seen.replays, [999_999]);
  assert.equal(said.length, 3);
  assert.match(said[0] ?? '', /^waiting until .* has the licence keys: 0 of 1, .*401/);
});

test('one that never takes it is told in words, not waited for for ever', async () => {
  await using its = await receiver(Number.POSITIVE_INFINITY);
  await assert.rejects(handOver([portal], { ...silent, url: its.url, limitMs: 20 }), /with the key of prt_1: .*401/);
});
