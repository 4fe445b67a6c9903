import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { act, type Driver, loadDrivers } from '../../packages/testkit/src/index.ts';
import type { Field } from '../load/field.ts';
import { apiOf } from '../up/api.ts';
import { readFacts } from './fact-reader.ts';
import { watchHookCalls } from './hook-times.ts';

/** What one run of a connector gave, in milliseconds. */
export interface HookRun {
  readonly connector: string;
  /** From the hook call to the platform's answer. */
  readonly answer: Percentiles;
  /** From the hook call until a reader of FACTS has what the normalizer decided. */
  readonly fact: Percentiles;
}

/** Of the calls of a run. */
export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What is measured. */
export interface HookLoad {
  readonly runs: number;
  /** Hook calls of each connector a run, one at a time. */
  readonly calls: number;
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

const warmUpCalls = 20;

/** Starts the simulator of each connector whose folder has a driver; they end with the stack. */
export async function startDrivers(stack: AsyncDisposableStack): Promise<ReadonlyMap<string, Driver>> {
  const drivers = new Map<string, Driver>();
  for (const [name, startDriver] of await loadDrivers(resolve(import.meta.dirname, '../../services/connectors')))
    drivers.set(name, stack.use(await startDriver()));
  return drivers;
}

/**
 * Measures each connector that has a driver: its simulator calls the hook as the platform does, with its proof, one call
 * at a time and the connectors in turns, so that all of them meet the same machine.
 */
export async function measureHooks(
  field: Field,
  drivers: ReadonlyMap<string, Driver>,
  { runs, calls, say, signal }: HookLoad,
): Promise<readonly HookRun[]> {
  await using stack = new AsyncDisposableStack();
  const writers: Writer[] = [];
  for (const [name, driver] of drivers) {
    say(`connecting ${name}`);
    writers.push(await writerOf(field, name, driver));
  }
  const facts = stack.use(await readFacts(field.installation.natsUrl, signal));
  const times = stack.use(watchHookCalls());
  const once = async (writer: Writer, text: string) => {
    await untilTaken(writer, signal);
    times.reset();
    const told = facts.next(text);
    writer.write(text);
    const hasItAtMs = await told;
    const { calledAtMs, answeredAtMs = hasItAtMs } = times.firstTo(writer.name) ?? missing(writer.name);
    return { answerMs: answeredAtMs - calledAtMs, factMs: hasItAtMs - calledAtMs };
  };
  const measured: HookRun[] = [];
  for (let run = 0; run <= runs && !signal.aborted; run += 1) {
    say(run === 0 ? 'hooks, warming up' : `hooks, ${run} of ${runs}`);
    const took = new Map(writers.map(({ name }) => [name, { answer: [] as number[], fact: [] as number[] }]));
    for (let call = 0; call < (run === 0 ? warmUpCalls : calls) && !signal.aborted; call += 1) {
      for (const writer of writers) {
        const { answerMs, factMs } = await once(writer, `run ${run}, call ${call} of ${writer.name}`);
        took.get(writer.name)?.answer.push(answerMs);
        took.get(writer.name)?.fact.push(factMs);
      }
    }
    if (run === 0) continue;
    for (const [connector, { answer, fact }] of took)
      measured.push({ connector, answer: percentiles(answer), fact: percentiles(fact) });
  }
  return measured;
}

/** Of any number of values; the nearest rank. Pure. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Waits until the messenger takes one more of the writer. Rejects when the signal aborts. */
async function untilTaken({ mostPerMinute, writtenAtMs }: Writer, signal: AbortSignal): Promise<void> {
  if (mostPerMinute === undefined) return;
  const freeAtMs = (writtenAtMs.at(-mostPerMinute) ?? Number.NEGATIVE_INFINITY) + 60_000;
  const waitMs = freeAtMs - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  writtenAtMs.push(performance.now());
}

interface Writer {
  readonly name: string;
  readonly mostPerMinute: number | undefined;
  /** By the clock of performance.now(). */
  readonly writtenAtMs: number[];
  readonly write: (text: string) => void;
}

/** A channel of the simulator's account, in the field's first portal, and somebody who writes to it. */
async function writerOf({ installation, portals }: Field, connector: string, driver: Driver): Promise<Writer> {
  const [portal] = portals;
  if (portal === undefined) throw new Error('the field has no portal');
  const api = apiOf(installation.gatewayUrl, installation.administratorKey);
  const { tenantId, id: portalId } = portal;
  const named = { tenantId, name: `hooks of ${connector}`, idempotencyKey: `hooks/${connector}` };
  const { id: lineId } = await api<{ id: string }>('DirectoryService/CreateLine', { ...named, portalId });
  const { settings, secrets } = driver.channel;
  const channel = { ...named, connector, lineId, settingsJson: JSON.stringify(settings), secrets };
  const made = await api<{ hookUrl: string; deepLink?: string }>('DirectoryService/CreateChannel', channel);
  driver.enterHook?.(made.hookUrl, made.deepLink ?? '');
  const { given } = driver.person;
  act(driver, 'person', given);
  const { mostPerMinute } = driver;
  return {
    name: connector,
    mostPerMinute,
    writtenAtMs: [],
    write: (text) => void act(driver, 'write', { from: given.id, text }),
  };
}

function missing(connector: string): never {
  throw new Error(`the simulator of ${connector} called no hook`);
}
