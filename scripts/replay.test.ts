import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readArguments } from './replay/arguments.ts';
import { endLines, listLines, replayLine, type SeenReplay } from './replay/lines.ts';

const replay: SeenReplay = {
  ...{ portalId: 'p', number: 3, state: 'REPLAY_STATE_RUNNING', total: '12', sent: '5', refused: '0' },
  ...{ lastError: '', lastErrorText: '' },
};

test('one selection makes a replay; what was given twice, or not at all, is refused with a sentence', () => {
  const from = '2026-07-01T00:00:00.000Z';
  assert.deepEqual(readArguments(['p', '--from', '2026-07-01', '--kind', 'parked', '--request', 'k']), {
    order: 'replay',
    request: { portalId: 'p', idempotencyKey: 'k', kind: 'parked', timeRange: { from } },
  });
  assert.deepEqual(readArguments(['p', '--event', 'a', '--event', 'b', '--request', 'k']), {
    order: 'replay',
    request: { portalId: 'p', idempotencyKey: 'k', events: { ids: ['a', 'b'] } },
  });
  assert.deepEqual(readArguments(['p', '--kind', 'skipped', '--request', 'k']), {
    order: 'replay',
    request: { portalId: 'p', idempotencyKey: 'k', kind: 'skipped', timeRange: { from: '1970-01-01T00:00:00.000Z' } },
  });
  assert.deepEqual(readArguments(['p', '--list', '--kind', 'skipped']), {
    order: 'list',
    request: { portalId: 'p', kind: 'skipped' },
  });
  assert.deepEqual(readArguments(['p', '--list', '--conversation', 'c']), {
    order: 'list',
    request: { portalId: 'p', conversationId: 'c' },
  });
  assert.deepEqual(readArguments(['p', '--cancel', '3']), { order: 'cancel', request: { portalId: 'p', number: 3 } });
  assert.equal(readArguments(['--help']), undefined);
  const wrong: readonly (readonly [args: string[], sentence: RegExp])[] = [
    [['p'], /Say what is to be sent again/],
    [['p', '--from', '2026-07-01', '--event', 'a'], /Say what is to be sent again/],
    [['--from', '2026-07-01'], /Say one portal/],
    [['p', '--from', 'yesterday'], /--from is a time/],
    [['p', '--to', '2026-07-01'], /--to needs --from/],
    [['p', '--from', '2026-07-01', '--kind', 'lost'], /--kind is one of/],
    [['p', '--cancel', 'all'], /number of a replay/],
  ];
  for (const [args, sentence] of wrong) assert.throws(() => readArguments(args), sentence);
});

test('a replay is told in one line, with what stops it; its end says what is missing', () => {
  assert.equal(replayLine(replay), 'replay 3  running  5 of 12 sent');
  const failing = {
    ...replay,
    refused: '2',
    lastError: 'portal_unavailable',
    lastErrorText: 'the portal answered 503',
  };
  assert.equal(replayLine(failing), 'replay 3  running  5 of 12 sent, 2 refused for good: the portal answered 503');
  const done = { ...replay, state: 'REPLAY_STATE_DONE' };
  assert.deepEqual(endLines({ ...done, sent: '12' }), []);
  assert.match(endLines({ ...done, sent: '9', refused: '1' }).join('\n'), /2 are kept no longer[\s\S]*refused 1/);
  assert.match(endLines({ ...done, total: '0', sent: '0' }).join('\n'), /Nothing of it is kept/);
  assert.match(endLines({ ...replay, state: 'REPLAY_STATE_CANCELLED' }).join('\n'), /cancelled; 7 were not sent/);
});

test('what is kept is listed with its sums; a portal that misses nothing is told so', () => {
  const event = { id: 'e', sequence: '7', kind: 'expired', reason: 'older than 24 hours', conversationId: 'c' };
  const counts = [{ kind: 'expired', count: '90', firstSequence: '7', lastSequence: '99' }];
  const kept = { events: [{ ...event, at: '2026-07-01T10:00:00.000Z' }], counts, nextPageToken: 'more' };
  assert.deepEqual(listLines(kept, [replay]), [
    '       7  expired   2026-07-01T10:00:00  e  older than 24 hours',
    '… and more',
    '90 expired, sequences 7 to 99',
    '',
    'replay 3  running  5 of 12 sent',
  ]);
  assert.deepEqual(listLines({ events: [], counts: [], nextPageToken: '' }, []), [
    'Nothing is kept: all that the portal should have had, it had, or it was long ago.',
    '',
    'There were no replays.',
  ]);
});

/** An installation that answers one call after another with these, and notes what was called. */
async function anApi(answers: readonly object[]) {
  const calls: [method: string, request: Record<string, unknown>][] = [];
  const rest = [...answers];
  const server = createServer(async (request, response) => {
    calls.push([request.url ?? '', JSON.parse(await text(request))]);
    const answer = rest.shift();
    response.writeHead(answer === undefined ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...process.env, TRUNKLINE_URL: url, TRUNKLINE_API_KEY: 'tk_test' };
  const run = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, [resolve(import.meta.dirname, 'replay.ts'), ...args], { env })).stdout;
  return { run, calls, [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())) };
}

test('the program asks, shows how far it is until it is over, and lists what there is', async () => {
  const done = { ...replay, state: 'REPLAY_STATE_DONE', sent: '12' };
  await using api = await anApi([
    replay,
    replay,
    done,
    { events: [], counts: [], nextPageToken: '' },
    { replays: [done] },
  ]);
  const shown = await api.run('p', '--from', '2026-07-01', '--request', 'k');
  assert.deepEqual(shown.trim().split('\n'), ['replay 3  running  5 of 12 sent', 'replay 3  done  12 of 12 sent']);
  assert.match(await api.run('p', '--list'), /Nothing is kept[\s\S]*replay 3 {2}done/);
  const service = '/v1/DeliveryService';
  assert.deepEqual(
    api.calls.map(([method]) => method),
    [
      `${service}/Replay`,
      ...[1, 2].map(() => `${service}/GetReplay`),
      `${service}/ListUndelivered`,
      `${service}/ListReplays`,
    ],
  );
  assert.deepEqual(api.calls[1]?.[1], { portalId: 'p', number: 3 });
  await assert.rejects(api.run('p'), { code: 1 });
});
