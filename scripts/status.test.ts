import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenInstance } from './status/instances.ts';
import { samplesOf } from './status/metrics-text.ts';
import { screen } from './status/screen.ts';

const metrics = `# HELP trunkline_normalizer_events_total Channel events.
trunkline_normalizer_events_total{service="normalizer",outcome="accepted"} 5
trunkline_normalizer_events_total{service="normalizer",outcome="normalized"} 3
trunkline_normalizer_events_total{service="normalizer",outcome="repeated"} 1
trunkline_normalizer_held_events{service="normalizer"} 1
trunkline_lanes_owned 8
`;

const instance: SeenInstance = {
  ...{ name: 'normalizer-1', service: 'normalizer', state: 'degraded' },
  ...{ reasons: ['kafka: away'], samples: samplesOf(metrics) },
};
const backlog = {
  ...{ portalId: 'p1', mode: 'PORTAL_MODE_DRAIN', headSequence: '9', deliveredSequence: '4', waiting: '5' },
  ...{
    expired: '1',
    parked: '0',
    withheld: '0',
    skipped: '0',
    oldestAt: '2026-01-01T00:00:00Z',
    lastError: 'portal_timeout',
    pauseReason: '',
  },
  ...{ lastErrorText: 'no answer within 15 s', nextAttemptAt: '2026-01-01T00:00:37Z', lane: 3, owner: 'delivery-1' },
};
const nowMs = Date.parse('2026-01-01T00:00:30Z');

function shown(more: Partial<Parameters<typeof screen>[0]> = {}): string {
  const owners = ['1', '1', '2', '2', '', '', '', ''];
  const lanes = [{ service: 'normalizer', owners }];
  const lags = [{ lane: 3, slowest: 'sealer', lagMs: 12_000 }];
  return screen({ instances: [instance], lanes, lags, backlogs: [backlog], nowMs, ...more }).join('\n');
}

test('one screen tells services, lanes with owner and lag, portals by mode, and both balances', () => {
  const text = shown();
  for (const part of [
    /normalizer-1 +degraded +8 lanes +kafka: away/,
    /normalizer +1 +1 +2 +2 +- +- +- +-/,
    /lane 3, sealer: the oldest unread message is 12 s old/,
    /0 live, 1 drain, 0 paused/,
    /p1 {2}drain {2}5 waiting, the oldest for 30 s: no answer within 15 s; next try in 7 s/,
    /channels +even +5 accepted = 3 normalized \+ 1 repeated \+ 0 parked \+ 1 held/,
    /portals +even +9 sealed = 4 done \(of them 1 expired, 0 refused, 0 withheld\) \+ 5 waiting/,
  ]) {
    assert.match(text, part);
  }
});

test('a balance that is not even says so, and which channel is off', () => {
  const off = samplesOf(`${metrics}trunkline_channel_imbalance{channel="c1"} 2\n`);
  assert.match(shown({ instances: [{ ...instance, samples: off }] }), /NOT EVEN .*channel c1 is off by 2/);
  assert.match(shown({ backlogs: [{ ...backlog, waiting: '4' }] }), /portals +NOT EVEN/);
  const parallel = { ...backlog, deliveredSequence: '2', doneBeyond: '2' };
  assert.match(shown({ backlogs: [parallel] }), /p1 {2}drain {2}5 waiting \(2 behind them are done\), the oldest/);
});

test('a part that cannot be seen is told in its place', () => {
  const text = shown({ lanes: 'NATS does not answer', lags: 'NATS does not answer', backlogs: 'no key' });
  assert.match(text, /NATS does not answer/);
  assert.match(text, /no key/);
});

test('what a person must look at stands first, and that there is nothing', () => {
  const { oldestAt: _oldestAt, ...rest } = backlog;
  const well = { ...rest, mode: 'PORTAL_MODE_LIVE', deliveredSequence: '9', waiting: '0', lastError: '' };
  const ok = { ...instance, state: 'ok', reasons: [] };
  const lanes = [
    { service: 'normalizer', owners: Array(8).fill('1') },
    { service: 'directory', owners: ['1', ...Array(7).fill('')] },
  ];
  const quiet = { instances: [ok], lanes, lags: [], backlogs: [well] };
  assert.match(shown(quiet), /^All is well\.\n/);
  const looks = (more: Parameters<typeof shown>[0]) =>
    shown({ ...quiet, ...more })
      .split('\n\n')[0]
      ?.split('\n')
      .slice(1);
  const another = { ...instance, name: 'audit-1', service: 'audit' };
  assert.deepEqual(looks({ instances: [instance, another] }), ['  ! normalizer-1, audit-1: degraded; kafka: away']);
  const half = [{ service: 'sealer', owners: ['1', '1', '', '', '1', '1', '1', '1'] }];
  assert.deepEqual(looks({ lanes: half }), ['  ! sealer: nobody works lane 2, 3']);
  assert.deepEqual(looks({ lags: [{ lane: 3, slowest: 'sealer', lagMs: 12_000 }] }), [
    '  ! lane 3: sealer is 12 s behind',
  ]);
  const told = 'trunkline_channels{service="telegram",state="needs_sign_in"} 2\ntrunkline_channels{state="ok"} 7\n';
  const telegram = { ...ok, name: 'telegram-1', service: 'telegram', samples: samplesOf(told) };
  assert.deepEqual(looks({ instances: [ok, telegram, { ...telegram, name: 'telegram-2' }] }), [
    '  ! 2 channels of telegram wait for a person to sign in again: DirectoryService/ListChannels',
  ]);
  const paused = { ...well, portalId: 'p2', mode: 'PORTAL_MODE_PAUSED', pauseReason: 'it moves' };
  assert.deepEqual(looks({ backlogs: [paused, backlog] }), [
    '  ! portal p1  drain  5 waiting, the oldest for 30 s: no answer within 15 s; next try in 7 s',
    '  ! and 1 more: see Portals',
  ]);
  assert.match(looks({ backlogs: [{ ...well, waiting: '1' }] })?.[0] ?? '', /portals do not balance/);
});
