import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformMessage, RawCall } from '@trunkline/adapter-kit';

/** One incoming call with what it tells: `fixtures/in/<kind>.json`. */
export interface IncomingFixture {
  /** A sentence. */
  readonly name: string;
  readonly call: {
    readonly method?: string;
    readonly path?: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    /** One of these: as JSON, as text, as bytes in base64. */
    readonly body?: unknown;
    readonly bodyText?: string;
    readonly bodyBase64?: string;
  };
  /** The events as protobuf's JSON. */
  readonly expect?: readonly unknown[];
  /** For what is parked: with which code. What is expected then is what was understood all the same. */
  readonly expectError?: { readonly code: string };
}

/** One order with what it asks of the platform: `fixtures/out/<kind>.json`. */
export interface OutgoingFixture {
  readonly name: string;
  /** A SendOrder as protobuf's JSON. */
  readonly order: unknown;
  /** The platform's ids of messages that the order is about, by ours. */
  readonly known?: Readonly<Record<string, readonly PlatformMessage[]>>;
  /** The requests, in the form that the connector's suite gives them; null: none. */
  readonly expect?: unknown;
  readonly expectError?: { readonly code: string };
}

/** One failure of the platform with what it means: a row of `fixtures/errors.json`. */
export interface FailureFixture {
  readonly name: string;
  /** What the platform answers. */
  readonly answer: unknown;
  readonly expect: {
    readonly code?: string;
    readonly retryAfterMs?: number;
    readonly scope?: string;
    readonly platformCode?: string;
    /** True if a person has to look after it; the suite looks for words, not for which. */
    readonly alert?: boolean;
  };
}

/** Which kinds the platform has, typed by somebody who did not write the connector: `fixtures/kinds.json`. */
export interface SectionKinds {
  /** Kind by kind: names of its fixtures, without ".json". */
  readonly in: Readonly<Record<string, readonly string[]>>;
  readonly out: Readonly<Record<string, readonly string[]>>;
  /** Names of rows of errors.json. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** Cases of the suite: the name of the fixture that shows each. */
  readonly cases: Readonly<Record<string, string>>;
  /** Kinds and cases without a fixture, with the reason. */
  readonly missing: Readonly<Record<string, string>>;
}

/** All fixtures of a connector. */
export interface Fixtures {
  readonly incoming: ReadonlyMap<string, IncomingFixture>;
  readonly outgoing: ReadonlyMap<string, OutgoingFixture>;
  readonly failures: readonly FailureFixture[];
  readonly kinds: SectionKinds;
}

/** Reads the fixtures of a folder. Throws when one is no JSON. */
export function readFixtures(folder: string): Fixtures {
  return {
    incoming: readAll(join(folder, 'in')),
    outgoing: readAll(join(folder, 'out')),
    failures: readOne(join(folder, 'errors.json'), []),
    kinds: {
      in: {},
      out: {},
      errors: {},
      cases: {},
      missing: {},
      ...readOne<Partial<SectionKinds>>(join(folder, 'kinds.json'), {}),
    },
  };
}

/** When every fixture's call came. */
export const receivedAtMs = 1_782_900_124_000;

/** A fixture's call as the host would hand it over. */
export function rawCallOf({ call }: IncomingFixture): RawCall {
  const { method = 'POST', path = '', query = {}, headers = {}, body, bodyText, bodyBase64 } = call;
  const text = bodyText ?? (body === undefined ? '' : JSON.stringify(body));
  const bytes = bodyBase64 === undefined ? Buffer.from(text) : Buffer.from(bodyBase64, 'base64');
  return { method, path, query, headers, body: bytes, receivedAtMs };
}

function readAll<Fixture>(folder: string): Map<string, Fixture> {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  return new Map(
    files.toSorted().map((file) => [file.slice(0, -'.json'.length), readOne<Fixture>(join(folder, file))]),
  );
}

function readOne<Shape>(path: string, otherwise?: Shape): Shape {
  if (otherwise !== undefined && !existsSync(path)) return otherwise;
  return JSON.parse(readFileSync(path, 'utf8')) as Shape;
}
