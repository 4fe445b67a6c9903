import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Envelope, headers, Position, streams, subjects } from '@trunkline/contracts';
import type { Numbered } from './crash/counting-stage.ts';
import { numberingLog, sequencedOf } from './crash/numbering-log.ts';
import { runKeyedLog } from './keyed-log.ts';
import type { AtKillPoint } from './kill-points.ts';
import { createMemoryLog, createMemoryStreams } from './models/memory-log.ts';
import { createTurns } from './models/turns.ts';
import type { KeyedLogDefinition } from './ports.ts';
import { start } from './position.ts';

const lane = 0;

interface Crash {
  readonly at?: AtKillPoint;
  readonly passedMs?: () => number;
}

function aWorld() {
  const turns = createTurns([]);
  const actor = { name: 'one', alive: true };
  const shared = createMemoryStreams({ [streams.facts]: ['facts'], [streams.outbox]: ['outbox', 'outpos'] }, () => 0);
  const log = createMemoryLog(shared, turns, actor);
  let said = 0;
  return {
    shared,
    /** Says one envelope of facts: `x` a conversation, `!` in it a fact that cannot be sealed. */
    say: (...conversations: readonly string[]) => {
      const items = conversations.map((conversation) => {
        const fact: Numbered = { conversation, id: String(++said), number: 0 };
        return Buffer.from(JSON.stringify(fact));
      });
      const envelope = { stage: 'test', lane, epoch: 1, from: start, to: start, items };
      shared.append(subjects.facts(lane, 'test'), Envelope.encode(envelope).finish());
    },
    /** Runs it until it rests. `at` may let it die at a kill point; the clock is so far ahead as `passedMs` says. */
    run: async (definition: KeyedLogDefinition<Numbered>, { at, passedMs = () => 0 }: Crash = {}) => {
      const end = new AbortController();
      const lease = { lane, owner: 'one', signal: end.signal, confirmedAgoMs: () => 0 };
      const own = turns.clockOf(actor);
      const clock = { ...own, now: () => own.now() + passedMs() };
      const running = runKeyedLog(definition, { log, lease, clock, ...(at === undefined ? {} : { at }) });
      const outcome = running.then(
        () => 'ended',
        (error: unknown) => error,
      );
      let hasEnded = false;
      const ended = outcome.finally(() => (hasEnded = true));
      await turns.rest();
      end.abort();
      while (!hasEnded) await turns.rest();
      return await ended;
    },
    idsOf: (key: string) =>
      shared
        .of(streams.outbox)
        .filter(({ subject }) => subject === subjects.outbox(lane, key))
        .map((message) => sequencedOf(message).map(({ sequence, said: { id } }) => `${sequence}:${id}`)),
  };
}

/** Cannot seal what says `!`; keeps the ids of what was parked. */
function pickyLog(parked: string[]): KeyedLogDefinition<Numbered> {
  const plain = numberingLog('picky');
  return {
    ...plain,
    route: (item) => plain.route(item).map((route) => ({ ...route, key: route.key.replace('!', '') })),
    seal: (key, head, items) => {
      if (items.some(({ item }) => item.conversation.includes('!'))) throw new Error('cannot be sealed');
      return plain.seal(key, head, items);
    },
    park: async ({ bytes }) => {
      parked.push((JSON.parse(Buffer.from(bytes).toString()) as Numbered).id);
    },
  };
}

test('each key has its own gapless sequence over several lives, and its messages carry their position', async () => {
  const { say, run, idsOf, shared } = aWorld();
  say('x', 'y', 'x', 'x', 'x');
  say('y');
  assert.equal(await run(numberingLog('number')), 'ended');
  say('x');
  assert.equal(await run(numberingLog('number')), 'ended');
  assert.deepEqual(idsOf('x'), [['1:1', '2:3', '3:4'], ['4:5'], ['5:7']]);
  assert.deepEqual(idsOf('y'), [['1:2'], ['2:6']]);
  const positions = shared.of(streams.outbox).filter(({ subject }) => subject === subjects.outbox(lane, 'x'));
  assert.deepEqual(
    positions.map((message) => message.header(headers.position)),
    ['1.3', '1.4', '3.0'],
  );
  const [last] = shared
    .of(streams.outbox)
    .filter(({ subject }) => subject === subjects.outboxPosition(lane))
    .slice(-1);
  assert.deepEqual(Position.decode(last?.data ?? new Uint8Array()), { sequence: 3, index: 0, output: 0 });
});

test('several things of one item for the same key are all written, also where they had to be cut', async () => {
  const { say, run, idsOf } = aWorld();
  const plain = numberingLog('number');
  const four: KeyedLogDefinition<Numbered> = {
    ...plain,
    route: (item) => Array.from({ length: 4 }, () => plain.route(item)).flat(),
  };
  say('x');
  assert.equal(await run(four), 'ended');
  assert.deepEqual(idsOf('x'), [['1:1', '2:1', '3:1'], ['4:1']]);
  say('x');
  assert.equal(await run(four), 'ended');
  assert.equal(idsOf('x').flat().length, 8);
});

test('what cannot be sealed is parked before it is numbered, and the others go on without a gap', async () => {
  const { say, run, idsOf } = aWorld();
  const parked: string[] = [];
  say('x', 'x!', 'x', 'y');
  assert.equal(await run(pickyLog(parked)), 'ended');
  assert.deepEqual(parked, ['2']);
  assert.deepEqual(idsOf('x').flat(), ['1:1', '2:3']);
  assert.deepEqual(idsOf('y').flat(), ['1:4']);
});

test('what cannot be routed is parked too', async () => {
  const { say, run, idsOf } = aWorld();
  const parked: string[] = [];
  const picky = pickyLog(parked);
  const route: typeof picky.route = (item) => {
    if (Buffer.from(item.bytes).toString().includes('!')) throw new Error('cannot be routed');
    return picky.route(item);
  };
  say('x!', 'x');
  assert.equal(await run({ ...picky, route }), 'ended');
  assert.deepEqual([parked, idsOf('x').flat()], [['1'], ['1:2']]);
});

test('a lane of which too much cannot be sealed stops with an alarm', async () => {
  const { say, run } = aWorld();
  const parked: string[] = [];
  say(...Array.from({ length: 7 }, (_, key) => `${key}!`));
  const outcome = await run(pickyLog(parked));
  assert.ok(outcome instanceof Error && Reflect.get(outcome, 'alarm') === 'poisoned', String(outcome));
  assert.equal(parked.length, 5);
});

test('what is nothing for the log is stepped over: its position passes it, and what comes behind it is written', async () => {
  const { say, run, idsOf, shared } = aWorld();
  const plain = numberingLog('number');
  const unpacked: number[] = [];
  const stepping: typeof plain = {
    ...plain,
    unpack: (message) => {
      unpacked.push(message.sequence);
      const items = plain.unpack(message);
      return items.some((item) => Buffer.from(item).toString().includes('z')) ? [] : items;
    },
  };
  const stored = () => {
    const [last] = shared
      .of(streams.outbox)
      .filter(({ subject }) => subject === subjects.outboxPosition(lane))
      .slice(-1);
    return last === undefined ? 0 : Position.decode(last.data).sequence;
  };
  say('z');
  say('z');
  assert.equal(await run(stepping), 'ended');
  assert.equal(stored(), 2);
  say('x', 'y');
  say('z');
  say('x');
  say('z');
  unpacked.length = 0;
  assert.equal(await run(stepping), 'ended');
  assert.deepEqual([stored(), Math.min(...unpacked)], [6, 2]);
  assert.deepEqual(idsOf('x').flat(), ['1:3', '2:6']);
});

test('what still waits is not passed because something behind it was stepped over', async () => {
  const { say, run, idsOf } = aWorld();
  const plain = numberingLog('number');
  let passedMs = 0;
  const stepping: typeof plain = {
    ...plain,
    unpack: (message) => {
      const items = plain.unpack(message);
      return items.some((item) => Buffer.from(item).toString().includes('z')) ? [] : items;
    },
    seal: async (key, head, items) => {
      // While the first is written the others come, and the position is due.
      if (passedMs === 0) {
        passedMs = 10_000;
        say('y');
        say('z');
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      return await plain.seal(key, head, items);
    },
  };
  say('x');
  const crash = { at: async (point: string) => assert.notEqual(point, 'keyed.position'), passedMs: () => passedMs };
  assert.match(String(await run(stepping, crash)), /AssertionError/);
  assert.equal(await run(stepping), 'ended');
  assert.deepEqual([idsOf('x').flat(), idsOf('y').flat()], [['1:1'], ['1:2']]);
});

test('a log that never looks at last messages is not given them, and goes on where it stood all the same', async () => {
  const { say, run, shared } = aWorld();
  const heads: (readonly [Position | undefined, unknown])[] = [];
  const plain = numberingLog('brief');
  const brief: KeyedLogDefinition<Numbered> = {
    ...plain,
    ignoresLast: true,
    seal: async (key, head, items) => {
      heads.push([head.position, head.last]);
      return (await plain.seal(key, head, items)).map(({ data, position }) => ({ data, position }));
    },
  };
  say('x');
  await run(brief);
  say('x');
  await run(brief);
  const first = { sequence: 1, index: 0, output: 0 };
  assert.deepEqual(heads, [
    [undefined, undefined],
    [first, undefined],
  ]);
  assert.equal(shared.of(streams.outbox).filter(({ subject }) => subject === subjects.outbox(lane, 'x')).length, 2);
});
