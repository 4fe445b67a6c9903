import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfirmations } from './confirmations.ts';

function watched() {
  let nowMs = 0;
  const timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  const told: (readonly string[])[] = [];
  const confirmations = createConfirmations({
    onChange: (places) => void told.push(places),
    now: () => nowMs,
    after: (ms, call) => {
      const timer = { atMs: nowMs + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const pass = (ms: number) => {
    nowMs += ms;
    for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs)) {
      timers.delete(timer);
      timer.call();
    }
  };
  return { ...confirmations, pass, told };
}

test('a stream that takes no publish for a while is told, until it takes one again', () => {
  const { heard, pass, told } = watched();
  heard('facts.1.normalizer', false);
  pass(2_000);
  heard('facts.2.normalizer', false);
  assert.deepEqual(told, []);
  pass(2_000);
  heard('$KV.owners.sealer.1', true);
  heard('facts.1.normalizer', false);
  heard('facts.1.normalizer', false);
  assert.deepEqual(told, [['facts']]);
  heard('facts.1.normalizer', true);
  assert.deepEqual(told, [['facts'], []]);
});

test('a single publish that was not taken is nothing, however long ago', () => {
  const { heard, pass, told } = watched();
  heard('$KV.owners.sealer.1', false);
  pass(1_000);
  heard('$KV.owners.sealer.1', true);
  pass(3_000);
  heard('$KV.owners.sealer.1', false);
  assert.deepEqual(told, []);
});

test('each place is told for itself', () => {
  const { heard, pass, told } = watched();
  for (const subject of ['$KV.owners.sealer.1', 'outbox.1.p']) heard(subject, false);
  pass(3_000);
  for (const subject of ['$KV.owners.sealer.1', 'outbox.1.p']) heard(subject, false);
  heard('outbox.1.p', true);
  assert.deepEqual(told, [['owners'], ['owners', 'outbox'], ['owners']]);
});

test('what nobody tries any more is not known, and neither is anything of a server that was started anew', () => {
  const { heard, forget, pass, told } = watched();
  const silent = () => {
    heard('ingress.1', false);
    pass(3_000);
    heard('ingress.1', false);
  };
  silent();
  pass(19_000);
  assert.deepEqual(told, [['ingress']]);
  pass(1_000);
  assert.deepEqual(told, [['ingress'], []]);
  silent();
  forget();
  assert.deepEqual(told.slice(2), [['ingress'], []]);
});
