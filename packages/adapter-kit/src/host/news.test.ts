import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelState } from '@trunkline/contracts';
import { nothingHeard, rememberNews, worthOf } from './news.ts';

const { CHANNEL_STATE_OK: ok, CHANNEL_STATE_BANNED: banned, CHANNEL_STATE_DEGRADED: degraded } = ChannelState;
const nowMs = Date.UTC(2026, 6, 1);
const minute = 60_000;
const news = (id: string, agoMs: number, state: ChannelState = banned) => ({
  ...{ id, state, receivedAt: new Date(nowMs) },
  sentAt: new Date(nowMs - agoMs),
});

test('bad news that were just made hold; old ones, and good ones, have the account asked', () => {
  assert.equal(worthOf(news('1', minute), nothingHeard, nowMs, true), 'now');
  assert.equal(worthOf(news('1', 3 * minute), nothingHeard, nowMs, true), 'past');
  assert.equal(worthOf(news('1', 0, ok), nothingHeard, nowMs, true), 'past');
  assert.equal(worthOf({ ...news('1', 0), sentAt: undefined }, nothingHeard, nowMs, true), 'now');
});

test('news that are repeated, or older than others that were heard, do not hold', () => {
  const heard = rememberNews(rememberNews(nothingHeard, news('1', minute), nowMs), news('2', 10, degraded), nowMs);
  assert.equal(worthOf(news('1', minute), heard, nowMs, true), 'repeated');
  assert.equal(worthOf(news('3', 20), heard, nowMs, true), 'past');
  assert.equal(worthOf(news('4', 5), heard, nowMs, true), 'now');
});

test('where nobody can be asked, the newest news are all that is known, however old', () => {
  assert.equal(worthOf(news('1', 60 * minute, ok), nothingHeard, nowMs, false), 'now');
  const heard = rememberNews(nothingHeard, news('1', 60 * minute), nowMs);
  assert.equal(worthOf(news('2', 61 * minute), heard, nowMs, false), 'past');
});

test('of many news the last ones are remembered', () => {
  const many = Array.from({ length: 60 }, (_, index) => news(`${index}`, index));
  const heard = many.reduce((former, one) => rememberNews(former, one, nowMs), nothingHeard);
  assert.deepEqual([heard.ids.length, heard.ids.at(-1), heard.newestMs], [50, '59', nowMs]);
});

test('news that are dated in the future do not make those that come later old', () => {
  const heard = rememberNews(nothingHeard, news('1', -60 * minute), nowMs);
  assert.equal(heard.newestMs, nowMs);
  assert.equal(worthOf(news('2', -minute), heard, nowMs + minute, true), 'now');
  // What an hour ahead says again and again is no older than the rest, either.
  assert.equal(worthOf(news('3', -60 * minute), heard, nowMs + minute, true), 'now');
});
