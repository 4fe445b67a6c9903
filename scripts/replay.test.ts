import assert from 'node:assert/strict';
import { test } from 'node:test';
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
