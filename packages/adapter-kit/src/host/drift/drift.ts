import { collections, connectorCollection } from '@trunkline/contracts';
import type { CounterMetric, Logger, Store } from '@trunkline/runtime';
import type { ConnectorError } from '../../connector-error.ts';
import { jsonOrNothing } from '../../safe-json.ts';
import type { AnsweredCall } from '../guarded-fetch.ts';
import { type AnswerShapes, createAnswerShapes, type Usual } from './answer-shapes.ts';
import { type KnownPayloads, readKnownPayloads } from './known-payloads.ts';
import { createShapes, masked, type News } from './shapes.ts';

/** Sees what the messenger sends that the connector was not written for. */
export interface Drift {
  /** Looks at the body of a call. Never throws and never waits. */
  seeBody(body: Uint8Array): void;
  /** Looks at an answer to a call of ours. Never throws and never waits. */
  seeAnswer(call: AnsweredCall, body: string): void;
  /** Looks at the code of a refusal. Never throws and never waits. */
  seeError(error: ConnectorError): void;
}

/** What {@link watchDrift} wants. */
export interface DriftParts {
  readonly name: string;
  /** Folder of its fixtures. */
  readonly fixtures: string;
  readonly store: Store;
  readonly log: Logger;
  readonly now: () => number;
  /** Counts what is new, by what it is. */
  readonly counter: CounterMetric;
}

/** What is usual of the answers to a call, beside what was told. */
interface UsualDocument {
  /** "usual POST /send". */
  readonly _id: string;
  readonly what: typeof usual;
  readonly seen: number;
  readonly samples: readonly string[];
}

const usual = 'usual answers';

interface DriftDocument {
  /** What it is and where it stands. */
  readonly _id: string;
  readonly what: string;
  readonly parser: string;
  /** The payload without its values. */
  readonly sample: string;
  readonly firstAt: Date;
}

const sampleMax = 4_096;
/** What is larger is a file, or somebody's joke. */
const bodyMax = 1_048_576;

/**
 * Watches for what is new: what the fixtures show is known, and what was told before. Without fixtures nothing is known,
 * and nothing is watched. Waits until what was told before can be read.
 */
export async function watchDrift(parts: DriftParts): Promise<Drift> {
  const known = await readKnownPayloads(parts.fixtures);
  for (const what of ['field', 'kind', 'answer', 'error code']) parts.counter.add(0, { what });
  if (known === undefined) return { seeBody: () => {}, seeAnswer: () => {}, seeError: () => {} };
  const collection = parts.store.collection<DriftDocument>(
    connectorCollection(parts.name, collections.connector.drift),
  );
  const options = { projection: { _id: 1 }, timeoutMS: 5_000 };
  const told = await parts.store.patiently(() => collection.find({ what: { $ne: usual } }, options).toArray());
  const before = new Set(told.map(({ _id }) => _id));
  const keep = async (document: DriftDocument) => {
    await collection.updateOne({ _id: document._id }, { $setOnInsert: document }, { upsert: true, timeoutMS: 5_000 });
  };
  return createDrift(parts, known, before, { keep, answers: createAnswerShapes(await usualOf(parts)) });
}

/** Several instances learn together: what each adds is there for all at their next start. */
async function usualOf({ name, store, log }: DriftParts): Promise<Usual> {
  const collection = store.collection<UsualDocument>(connectorCollection(name, collections.connector.drift));
  const found = await store.patiently(() => collection.find({ what: usual }, { timeoutMS: 5_000 }).toArray());
  return {
    before: found.map(({ _id, seen, samples = [] }) => ({ name: _id.slice('usual '.length), seen, samples })),
    keep: (call, { seen, sample }) => {
      const added = sample === undefined ? {} : { $addToSet: { samples: sample } };
      const update = { $setOnInsert: { what: usual } as const, $max: { seen }, ...added };
      collection
        .updateOne({ _id: `usual ${call}` }, update, { upsert: true, timeoutMS: 5_000 })
        .catch((error: unknown) => log.warn('What is usual could not be kept', { call, error }));
    },
  };
}

interface DriftMemory {
  readonly keep: (document: DriftDocument) => Promise<void>;
  readonly answers: AnswerShapes;
}

function createDrift(
  { name, log, counter, now }: DriftParts,
  { payloads, errorCodes }: KnownPayloads,
  before: ReadonlySet<string>,
  { keep, answers }: DriftMemory,
): Drift {
  const shapes = createShapes();
  for (const payload of payloads) shapes.learn(payload);
  const codes = new Set(errorCodes);
  const parser = `${name}/parse.ts`;

  const tell = (what: News['what'] | 'answer' | 'error code', path: string, sample: string, by: string) => {
    const _id = `${what} ${path}`;
    // Told by this connector once: another instance, or this one before it was started anew.
    if (before.has(_id)) return;
    counter.add(1, { what });
    log.warn('The messenger sends something new', { parser: by, what, path, sample });
    const document = { _id, what, parser: by, sample, firstAt: new Date(now()) };
    keep(document).catch((error: unknown) => log.warn('What is new could not be kept', { path, error }));
  };
  return {
    seeBody: (body) => {
      if (body.byteLength === 0 || body.byteLength > bodyMax) return;
      const payload = jsonOrNothing(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
      const news = payload === undefined ? [] : shapes.learn(payload);
      if (news.length === 0) return;
      const sample = JSON.stringify(masked(payload)).slice(0, sampleMax);
      for (const { what, path } of news) tell(what, path, sample, parser);
    },
    seeAnswer: (call, body) => {
      if (body.length > bodyMax) return;
      const payload = jsonOrNothing(body);
      const news = payload === undefined ? [] : answers.learn(call, payload);
      if (news.length === 0) return;
      const sample = JSON.stringify(masked(payload)).slice(0, sampleMax);
      for (const path of news) tell('answer', path, sample, `${name}/api.ts`);
    },
    seeError: ({ code, platformCode }) => {
      if (platformCode === undefined || codes.has(platformCode)) return;
      codes.add(platformCode);
      tell('error code', platformCode, JSON.stringify({ code, platformCode }), `${name}/errors.ts`);
    },
  };
}
