import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrunklineError } from '@trunkline/runtime';
import { ConnectorError } from '../connector-error.ts';
import type { GuardedFetch } from '../tools.ts';
import { failureOf, watched } from './watched-send.ts';

const cut: GuardedFetch = () => Promise.reject(new ConnectorError('unknown_outcome', 'the connection broke'));
const url = 'https://api.example';
const away = new TrunklineError('unavailable', 'the database is away');
const tooLong = new TrunklineError('deadline_exceeded', 'the time is over');

/** The code of what ended a send that asked so before. */
async function codeAfter(asked: readonly Parameters<GuardedFetch>[1][], error: unknown): Promise<string> {
  const watch = { hasWritten: false };
  const fetch = watched(cut, watch);
  for (const request of asked) await fetch(url, request).catch(() => undefined);
  return failureOf(error, watch.hasWritten).code;
}

test('trouble of our own before anything was written leaves nothing in doubt, however much was uploaded', async () => {
  const upload = { body: 'a file', isRepeatable: true };
  for (const asked of [[], [{}], [upload, upload], [{ method: 'GET' as const }]]) {
    for (const error of [away, tooLong]) assert.equal(await codeAfter(asked, error), 'transient');
  }
});

test('once something was written, it is in doubt', async () => {
  const write = { body: 'a message' };
  for (const asked of [[write], [{ ...write, isRepeatable: true }, write], [{ method: 'DELETE' as const }]]) {
    for (const error of [away, tooLong]) assert.equal(await codeAfter(asked, error), 'unknown_outcome');
  }
});

test('what a connector says stands, and its mistakes are not tried again and again', async () => {
  assert.equal(await codeAfter([], new ConnectorError('unknown_outcome', 'it broke')), 'unknown_outcome');
  assert.equal(await codeAfter([{ body: 'a message' }], new ConnectorError('too_large', 'no')), 'too_large');
  assert.equal(await codeAfter([], new TypeError('undefined is no function')), 'unknown_outcome');
});
