import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError, type Hook } from '@trunkline/adapter-kit';
import fc from 'fast-check';
import { rawCallOf } from './fixtures.ts';
import { checkEvent } from './incoming.ts';
import { processorMs } from './processor-time.ts';
import type { Suite } from './subject.ts';

/** Checks what nobody recorded: damaged calls, calls of the future, calls of an enemy. Parked or told, never dropped. */
export function testHostile<Settings>(suite: Suite<Settings>, hook: Hook<Settings>): void {
  const bodies = [...suite.fixtures.incoming.values()].flatMap(({ call }) =>
    call.body === undefined ? [] : [call.body],
  );
  const parse = (body: string) => hook.parse({ ...rawCallOf({ name: '', call: { bodyText: body } }) }, suite.channel);
  /** Tells events that hold their promises, or is refused in the connector's own words. */
  const isWellTaken = (body: string) => {
    try {
      for (const event of parse(body)) checkEvent(event, suite.channel.id);
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof RangeError))
        assert.ok(error instanceof ConnectorError, String(error));
      for (const event of error instanceof ConnectorError ? error.understood : []) checkEvent(event, suite.channel.id);
      for (const secret of suite.secrets) assert.ok(!String(error).includes(secret));
    }
  };

  test('a call that lost a field, or has another type in it, is told or refused, and never breaks the parser', () => {
    if (bodies.length === 0) return;
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.nat(),
        fc.oneof(fc.jsonValue(), fc.constant(undefined)),
        (body, at, value) => {
          isWellTaken(JSON.stringify(changed(body, at, value)) ?? '');
        },
      ),
      { numRuns: 500 },
    );
  });
  test('anything at all is told or refused', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), isWellTaken), { numRuns: 300 });
    for (const body of ['', '[]', 'null', '{}', '"\u0000"', '['.repeat(100_000)]) isWellTaken(body);
  });
  test('ten megabytes of JSON are taken or refused within a second of the processor', () => {
    const [genuine = {}] = bodies;
    const long = 'x'.repeat(10_000_000);
    for (const body of [{ padding: long }, { ...(genuine as object), padding: long }, Array(1_000_000).fill([{}])]) {
      const text = JSON.stringify(body);
      assert.ok(processorMs(() => isWellTaken(text)) < 1_000);
    }
  });
  test('JSON that is nested as deep as it likes is told or refused', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const depth of [100, 5_000, 100_000]) {
      isWellTaken(nested(depth));
      for (const body of bodies.slice(0, 5)) {
        for (const [name] of Object.entries(body as object)) {
          const text = JSON.stringify({ ...(body as object), [name]: 'HERE' });
          isWellTaken(text.replace('"HERE"', `{"a":`.repeat(depth) + nested(3) + '}'.repeat(depth)));
        }
      }
    }
  });
}

/** What is only nice to know of a file, as messengers call it. */
const hints = new Set(['file_size', 'size', 'width', 'height', 'duration']);

/** Checks that nobody's message is lost because of something that nobody needs. */
export function testHints<Settings>({ fixtures, channel }: Suite<Settings>, hook: Hook<Settings>): void {
  const toldBy = (body: unknown) => {
    const call = rawCallOf({ name: '', call: { bodyText: JSON.stringify(body) } });
    return hook.parse(call, channel).map(({ id }) => id);
  };
  test('a size, a width or a length in a strange form costs nobody the message', () => {
    for (const { call, expectError } of fixtures.incoming.values()) {
      if (call.body === undefined || expectError !== undefined) continue;
      for (const strange of [1.5, -1, 'large', null]) {
        const body: unknown = structuredClone(call.body);
        for (const { holder, key } of placesOf(body)) if (hints.has(key)) holder[key] = strange;
        assert.deepEqual(toldBy(body), toldBy(call.body));
      }
    }
  });
}

/** A copy with one of its values replaced, or left out where the value is undefined. */
function changed(body: unknown, at: number, value: unknown): unknown {
  const copy: unknown = structuredClone(body);
  const places = placesOf(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return value;
  if (value === undefined) delete place.holder[place.key];
  else place.holder[place.key] = value;
  return copy;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.entries(holder).flatMap(([key, inner]) => [{ holder, key }, ...placesOf(inner)]);
}
