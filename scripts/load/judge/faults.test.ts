import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Fault, reactionOf } from './faults.ts';
import type { CloudEvent } from './open.ts';

const event = (sequence: number): CloudEvent => ({
  ...{ id: '', source: '', type: '', chain: '', sequence: String(sequence), data: '' },
  datacontenttype: 'application/jose',
});

/** What a portal with this fault answers to so many events. */
async function answered(fault: Fault, count: number) {
  const reaction = reactionOf(
    fault,
    Array.from({ length: count }, (_, index) => event(index + 1)),
    true,
  );
  await using server = createServer((_, response) => reaction.answer(response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const leaving = new AbortController();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const response = await fetch(url, { signal: leaving.signal });
  const body = await Promise.race([response.text(), pause(500, undefined)]);
  leaving.abort();
  return { reaction, status: response.status, retryAfter: response.headers.get('retry-after') ?? '', body };
}

test('a portal that is gone, asks for a rest or understands nothing says so, and takes nothing', async () => {
  const cases = [
    ...[
      { fault: 'gone', status: 410 },
      { fault: 'muddled', status: 400 },
      { fault: 'nameless', status: 422 },
    ],
    ...[
      { fault: 'limiting', status: 429 },
      { fault: 'idle', status: 200 },
      { fault: 'dated', status: 503 },
    ],
  ] as const;
  for (const { fault, status } of cases) {
    const { reaction, ...answer } = await answered(fault, 2);
    assert.deepEqual([answer.status, reaction.takes, reaction.refuses], [status, 0, undefined], fault);
    if (fault === 'idle') assert.equal(answer.body, '{"accepted":0}');
    if (fault === 'dated') assert.ok(Date.parse(answer.retryAfter) > Date.now(), answer.retryAfter);
  }
});

test('what is refused alone may be parked: the judge knows which event it was', async () => {
  for (const fault of ['muddled', 'nameless'] as const) assert.equal((await answered(fault, 1)).reaction.refuses, 1);
});

test('an answer that drips, and one that floods, begin well and have no end', async () => {
  for (const fault of ['dripping', 'endless'] as const) {
    const { status, body, reaction } = await answered(fault, 1);
    assert.deepEqual([status, body, reaction.takes], [200, undefined, 0], fault);
  }
});
