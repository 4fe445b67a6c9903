import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ChannelEvent, SendOrder } from '@trunkline/contracts';
import { connectorError, type Fixes, fixOf, isAsWished } from './errors.ts';
import { parse } from './parse.ts';
import { render, type Targets } from './render.ts';
import { channelFor } from './testing/desk.ts';
import { verify } from './verify.ts';

const channel = channelFor('https://api.telegram.org', '700100:token', 'Xk3_9-abc');

interface Incoming {
  readonly name: string;
  readonly call: { headers: Record<string, string>; body?: unknown; bodyText?: string; bodyBase64?: string };
  readonly expect?: readonly unknown[];
  readonly expectError?: { readonly code: string };
}

interface Outgoing {
  readonly name: string;
  readonly order: unknown;
  readonly targets?: Targets;
  readonly fixes?: Fixes;
  readonly expect?: unknown;
  readonly expectError?: { readonly code: string };
}

interface Refusal {
  readonly name: string;
  readonly answer: {
    error_code: number;
    description: string;
    parameters?: { retry_after?: number; migrate_to_chat_id?: number };
  };
  readonly isInGroup?: boolean;
  readonly expect: { code?: string; retryAfterMs?: number; scope?: string; fix?: Fixes; isAsWished?: boolean };
}

function fixtures<Shape>(folder: string): [string, Shape][] {
  const root = new URL(`./fixtures/${folder}/`, import.meta.url);
  return readdirSync(root).map((file) => [file, readJson<Shape>(new URL(file, root))]);
}

function readJson<Shape>(path: URL): Shape {
  return JSON.parse(readFileSync(path, 'utf8')) as Shape;
}

for (const [file, { name, call, expect, expectError }] of fixtures<Incoming>('in')) {
  test(`in/${file}: ${name}`, () => {
    const text = call.bodyText ?? JSON.stringify(call.body);
    const body = call.bodyBase64 === undefined ? Buffer.from(text) : Buffer.from(call.bodyBase64, 'base64');
    const raw = { method: 'POST', path: '', query: {}, headers: call.headers, body, receivedAtMs: 1_782_900_124_000 };
    assert.equal(verify(raw, channel), true);
    assert.equal(verify({ ...raw, headers: {} }, channel), false);
    if (expectError !== undefined) return assert.throws(() => parse(raw, channel), expectError);
    const events = parse(raw, channel);
    assert.deepEqual(
      events.map((event) => ChannelEvent.toJSON(event)),
      expect,
    );
    for (const event of events) assert.deepEqual(ChannelEvent.decode(ChannelEvent.encode(event).finish()), event);
  });
}

for (const [file, { name, order, targets, fixes, expect, expectError }] of fixtures<Outgoing>('out')) {
  test(`out/${file}: ${name}`, () => {
    const made = () => render(SendOrder.fromJSON(order), targets ?? { messageIds: [] }, fixes);
    if (expectError !== undefined) return assert.throws(made, expectError);
    const call = made();
    const uploads = call?.uploads.map(({ field, media }) => ({ field, mediaId: media.id }));
    assert.deepEqual(call === undefined ? null : { ...call, uploads }, expect);
  });
}

for (const { name, answer, isInGroup, expect } of readJson<Refusal[]>(
  new URL('./fixtures/errors.json', import.meta.url),
)) {
  test(`errors.json: ${name}`, () => {
    const { error_code: status, description, parameters = {} } = answer;
    const { retry_after: retryAfterSeconds, migrate_to_chat_id: moved } = parameters;
    const failure = {
      status,
      description,
      retryAfterSeconds,
      migrateToChatId: moved === undefined ? undefined : String(moved),
    };
    const { fix, isAsWished: wished = false, ...thrown } = expect;
    assert.equal(isAsWished(failure), wished);
    assert.deepEqual(fixOf(failure, {}), fix);
    if (fix !== undefined) assert.equal(fixOf(failure, fix), undefined, 'it is tried once');
    assert.deepEqual({ ...connectorError(failure, isInGroup), ...thrown }, { ...connectorError(failure, isInGroup) });
  });
}
