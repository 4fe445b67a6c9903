import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRefused, RetryLater } from './answers.ts';
import { type Cursor, start } from './chain.ts';
import { createPortal } from './portal.ts';
import { brief, createReceiver } from './testing/receiver.ts';
import { createSender, licenceKeyOf, requestOf } from './testing/sender.ts';

test('a batch is taken in order, opened and verified, and the cursor follows', async () => {
  const sender = createSender();
  const { send, events, portal, problems } = createReceiver();
  assert.deepEqual(brief(await send(sender.events(3))), [200, { accepted: 3 }]);
  assert.deepEqual(brief(await send(sender.events(2))), [200, { accepted: 2 }]);
  const texts = events.map(({ data }) => data);
  assert.deepEqual(
    texts,
    [1, 2, 3, 4, 5].map((number) => ({ text: `message ${number}` })),
  );
  assert.deepEqual(await portal.cursor(), sender.head());
  assert.deepEqual(events.at(-1)?.cursor, sender.head());
  assert.equal(problems.length, 0);
});

test('a batch that comes again, and one that grew between two tries, is taken once', async () => {
  const sender = createSender();
  const { send, taken } = createReceiver();
  const first = sender.events(3);
  await send(first);
  assert.deepEqual(brief(await send(first)), [200, { accepted: 3 }]);
  assert.deepEqual(brief(await send([...first, ...sender.events(2)])), [200, { accepted: 5 }]);
  assert.deepEqual(taken(), ['event-1', 'event-2', 'event-3', 'event-4', 'event-5']);
});

test('an event missing in the middle stops the stream until the portal decides', async () => {
  const sender = createSender();
  const [one, two, three] = sender.events(3);
  assert.ok(one && two && three);
  const { send, gaps, taken } = createReceiver();
  assert.deepEqual(brief(await send([one, three])), [200, { accepted: 1 }]);
  const refusal = await send([three]);
  assert.deepEqual(brief(refusal), [503, { error: 'missing', after: one.sequence, got: three.sequence }]);
  assert.equal(gaps.at(-1)?.kind, 'missing');
  assert.deepEqual(brief(await send([two, three])), [200, { accepted: 2 }]);
  assert.deepEqual(taken(), ['event-1', 'event-2', 'event-3']);
});

test('a portal that accepts a gap goes on from the event behind it', async () => {
  const sender = createSender();
  const [one, , three, four] = sender.events(4);
  assert.ok(one && three && four);
  const { send, taken } = createReceiver({ onGap: () => 'accept' });
  assert.deepEqual(brief(await send([one, three, four])), [200, { accepted: 3 }]);
  assert.deepEqual(taken(), ['event-1', 'event-3', 'event-4']);
});

test('two events that changed places are noticed', async () => {
  const [one, two, three] = createSender().events(3);
  assert.ok(one && two && three);
  const { send, taken } = createReceiver();
  assert.deepEqual(brief(await send([one, three, two])), [200, { accepted: 1 }]);
  assert.deepEqual(taken(), ['event-1']);
});

test('an event whose content or history differs from what the chain says is not taken', async () => {
  const sender = createSender();
  const [one, two] = sender.events(2);
  const twin = createSender();
  const [, otherTwo] = [twin.event(), twin.event({ text: 'another story' })];
  assert.ok(one && two && otherTwo);
  const { send, gaps, taken } = createReceiver();
  const swapped = { ...two, data: otherTwo.data };
  assert.deepEqual(brief(await send([one, swapped])), [200, { accepted: 1 }]);
  assert.equal(brief(await send([swapped]))[0], 503);
  assert.equal(gaps.at(-1)?.kind, 'broken_chain');
  assert.equal((await send([{ ...two, id: 'event-7' }])).status, 503);
  assert.deepEqual(taken(), ['event-1']);
});

test('the same sequence with another content is not mistaken for a repeat', async () => {
  const { send, gaps, taken } = createReceiver();
  await send(createSender().events(1));
  assert.equal((await send([createSender().event({ text: 'a history told anew' })])).status, 503);
  assert.equal(gaps[0]?.kind, 'broken_chain');
  const notice = createSender().notice(1);
  assert.equal((await send([{ ...notice, chain: 'e'.repeat(64) }])).status, 503);
  assert.equal(gaps[1]?.kind, 'broken_chain');
  assert.deepEqual(taken(), ['event-1']);
});

test('a notice takes the place of the events that will not come, and the chain holds across it', async () => {
  const sender = createSender();
  const { send, notices, taken, portal } = createReceiver();
  await send([sender.event(), sender.notice(40), sender.event(), sender.notice(1, 'parked'), sender.event()]);
  assert.deepEqual(taken(), ['event-1', 'event-42', 'event-44']);
  const told = notices.map(({ notice, cursor }) => [
    notice.kind,
    Number(notice.from),
    Number(notice.to),
    cursor.sequence,
  ]);
  assert.deepEqual(told, [
    ['expired', 2, 41, '00000000000000000041'],
    ['parked', 43, 43, '00000000000000000043'],
  ]);
  assert.deepEqual(await portal.cursor(), sender.head());
});

test('a notice for events that were taken all the same is a repeat; one that leaves a hole before it is a gap', async () => {
  const sender = createSender();
  const first = sender.events(3);
  const late = {
    ...createNotice(first.at(-1)),
    data: { from: first[1]?.sequence, to: first[2]?.sequence, reason: 'late' },
  };
  const { send, notices, gaps } = createReceiver();
  await send(first);
  assert.deepEqual(brief(await send([late])), [200, { accepted: 1 }]);
  assert.equal(notices.length, 0);
  sender.event();
  assert.equal((await send([sender.notice(2)])).status, 503);
  assert.equal(gaps[0]?.kind, 'missing');
});

function createNotice(event: Record<string, unknown> | undefined) {
  return { ...event, type: 'trunkline.events.expired.v1', datacontenttype: 'application/json' };
}

test('a replayed event goes to its own handler and moves no cursor', async () => {
  const sender = createSender();
  const batch = sender.events(3);
  const { send, replays, taken, portal } = createReceiver();
  await send(batch);
  const again = batch.slice(0, 2).map((event) => ({ ...event, replay: 7 }));
  assert.deepEqual(brief(await send(again)), [200, { accepted: 2 }]);
  assert.deepEqual(
    replays.map(({ id, replay }) => [id, replay]),
    [
      ['event-1', 7],
      ['event-2', 7],
    ],
  );
  assert.equal(taken().length, 3);
  assert.deepEqual(await portal.cursor(), sender.head());
  const early = [...sender.events(2)].slice(1).map((event) => ({ ...event, replay: 8 }));
  assert.equal((await send(early)).status, 200);
  assert.notDeepEqual(await portal.cursor(), sender.head());
});

test('a handler that stops part-way keeps what it took, and the rest comes again', async () => {
  const sender = createSender();
  const batch = sender.events(4);
  const seen: string[] = [];
  let broken = true;
  const { send, problems } = createReceiver({
    onEvent: ({ id }) => {
      if (id === 'event-3' && broken) throw new Error('database away');
      seen.push(id);
    },
  });
  assert.deepEqual(brief(await send(batch)), [200, { accepted: 2 }]);
  const refusal = await send(batch.slice(2));
  assert.deepEqual(brief(refusal), [503, { error: 'handler_failed', id: 'event-3' }]);
  assert.equal(problems.length, 2);
  assert.equal(problems[1]?.event?.id, 'event-3');
  assert.match(String(problems[1]?.cause), /database away/);
  broken = false;
  assert.deepEqual(brief(await send(batch.slice(2))), [200, { accepted: 2 }]);
  assert.deepEqual(seen, ['event-1', 'event-2', 'event-3', 'event-4']);
});

test('a handler may refuse an event for good or ask for time', async () => {
  const batch = createSender().events(1);
  const refusing = createReceiver({
    onEvent: () => {
      throw new EventRefused();
    },
  });
  assert.deepEqual(brief(await refusing.send(batch)), [422, { refused: 'event-1' }]);
  const busy = createReceiver({
    onEvent: () => {
      throw new RetryLater(29.5);
    },
  });
  const answer = await busy.send(batch);
  assert.equal(answer.status, 503);
  assert.equal(answer.headers['retry-after'], '30');
});

test('an unknown key is named once everything before it is taken', async () => {
  const sender = createSender();
  const known = sender.event();
  sender.useKey(licenceKeyOf(9));
  const unknown = sender.event();
  const { send } = createReceiver();
  assert.deepEqual(brief(await send([known, unknown])), [200, { accepted: 1 }]);
  const [status, body] = brief(await send([unknown]));
  assert.equal(status, 422);
  assert.match(JSON.stringify(body), /^\{"error":"unknown_key","kid":"[0-9a-f]{16}"\}$/);
});

test('with two licence keys both open and both verify', async () => {
  const sender = createSender();
  const { send, taken } = createReceiver({ licenceKeys: [licenceKeyOf(1), licenceKeyOf(2)] });
  await send(sender.events(1));
  sender.useKey(licenceKeyOf(2));
  assert.equal((await send(sender.events(1), licenceKeyOf(2))).status, 200);
  assert.deepEqual(taken(), ['event-1', 'event-2']);
});

test('a second request during the first is sent away at once and takes nothing', async () => {
  const sender = createSender();
  const batch = sender.events(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const { send } = createReceiver({
    onEvent: () => {
      calls += 1;
      return promise;
    },
  });
  const first = send(batch);
  assert.deepEqual(brief(await send(batch)), [503, { error: 'busy' }]);
  resolve();
  assert.equal((await first).status, 200);
  assert.deepEqual(brief(await send(batch)), [200, { accepted: 1 }]);
  assert.equal(calls, 1);
});

test('a slow handler gets on: when the time is used up the rest is left for the next request', async () => {
  const batch = createSender().events(3);
  const { send, taken, problems } = createReceiver({
    answerWithinMs: 1,
    onEvent: (_event, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  });
  assert.deepEqual(brief(await send(batch)), [200, { accepted: 1 }]);
  assert.equal(problems[0]?.code, 'out_of_time');
  assert.equal(taken().length, 0);
});

test('a store so slow that the time is used up beforehand still lets one event through', async () => {
  const load = () => new Promise<undefined>((resolve) => setTimeout(resolve, 20, undefined));
  const { send } = createReceiver({ answerWithinMs: 1, cursor: { load } });
  assert.deepEqual(brief(await send(createSender().events(2))), [200, { accepted: 1 }]);
});

test('the cursor lives in the given store, is saved after the handlers and before the answer', async () => {
  const sender = createSender();
  const order: string[] = [];
  let stored: Cursor | undefined;
  const options = {
    cursor: {
      load: async () => stored,
      save: async (cursor: Cursor, previous: Cursor) => {
        assert.deepEqual(previous, stored ?? start);
        order.push(`save ${Number(cursor.sequence)}`);
        stored = cursor;
      },
    },
    onEvent: ({ id }: { id: string }) => void order.push(id),
  };
  await createReceiver(options).send(sender.events(2));
  await createReceiver(options).send(sender.events(1));
  assert.deepEqual(order, ['event-1', 'event-2', 'save 2', 'event-3', 'save 3']);
});

test('a store that fails answers 503, and the events come again', async () => {
  const batch = createSender().events(1);
  const cursor = { load: async () => undefined, save: () => Promise.reject(new Error('another process was quicker')) };
  const { send, problems, taken } = createReceiver({ cursor });
  assert.deepEqual(brief(await send(batch)), [503, { error: 'store_failed' }]);
  await send(batch);
  assert.deepEqual(taken(), ['event-1', 'event-1']);
  assert.match(String(problems[0]?.cause), /another process/);
});

test('a receiver needs a licence key, and takes a fixed position', async () => {
  assert.throws(() => createPortal({ licenceKeys: [], onEvent: () => undefined }), TypeError);
  const sender = createSender();
  sender.events(5);
  const { send, taken } = createReceiver({ cursor: sender.head() });
  await send(sender.events(1));
  assert.deepEqual(taken(), ['event-6']);
});

test('a request signed five minutes ago is refused', async () => {
  const { portal } = createReceiver();
  const old = requestOf(createSender().events(1), licenceKeyOf(1), Date.now() - 301_000);
  assert.deepEqual(brief(await portal.handle(old)), [401, { error: 'old_timestamp' }]);
});
