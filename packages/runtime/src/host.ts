import type { z } from 'zod';
import { type Addresses, assemble } from './assemble.ts';
import { type ConfigSchema, printable, readConfig } from './config.ts';
import { unlessAborted } from './deadline.ts';
import { TrunklineError } from './errors.ts';
import type { HostOverrides } from './host-overrides.ts';
import { type Basics, createBasics } from './parts.ts';
import type { Runtime, ServiceDefinition } from './service.ts';
import { type RuntimeSettings, settingsFor } from './settings.ts';

/** A service that serves. */
export interface StartedService<Config> {
  readonly runtime: Runtime<Config>;
  readonly addresses: Addresses;
}

/** A service that was started. Use with `await using` in tests: leaving the block stops it. */
export interface HostedService<Config> extends AsyncDisposable {
  readonly name: string;
  /** Resolves when it serves; rejects when it cannot start. */
  readonly ready: Promise<StartedService<Config>>;
  /** Resolves when it has ended because it was stopped; rejects with the error that ended it. */
  readonly done: Promise<void>;
  /** Ends it and resolves when everything is released; never rejects. May be called while it starts, and again. */
  stop(): Promise<void>;
}

/**
 * Starts a service: reads its settings, connects what it uses, calls its `start`, opens its ports. Several may be started in
 * one process: nothing of them is shared. Returns at once; problems come by `ready` and `done`.
 */
export function startService<Schema extends ConfigSchema>(
  definition: ServiceDefinition<Schema>,
  env: NodeJS.ProcessEnv = process.env,
  overrides: HostOverrides = {},
): HostedService<z.output<Schema>> {
  const stopping = new AbortController();
  const ready = Promise.withResolvers<StartedService<z.output<Schema>>>();
  const done = live(definition, env, { overrides, stop: stopping.signal, onReady: ready.resolve });
  done.then(
    () => ready.reject(new TrunklineError('aborted', `${definition.name} was stopped before it was ready`)),
    ready.reject,
  );
  // Both may fail without anybody listening: what happened stands in the log too.
  ready.promise.catch(() => {});
  done.catch(() => {});
  const stop = async () => {
    stopping.abort();
    await done.catch(() => {});
  };
  return { name: definition.name, ready: ready.promise, done, stop, [Symbol.asyncDispose]: stop };
}

interface Life<Config> {
  readonly overrides: HostOverrides;
  readonly stop: AbortSignal;
  readonly onReady: (started: StartedService<Config>) => void;
}

async function live<Schema extends ConfigSchema>(
  definition: ServiceDefinition<Schema>,
  env: NodeJS.ProcessEnv,
  { overrides, stop, onReady }: Life<z.output<Schema>>,
): Promise<void> {
  const { name, uses } = definition;
  // Read together, so that all problems are told together.
  const schema = settingsFor(uses);
  const all = schema.extend(definition.config.shape);
  const everything = readConfig(all, env);
  const settings: RuntimeSettings = readConfig(schema, env);
  const config = readConfig(definition.config, env);
  const running = new AbortController();
  const basics = createBasics({ name, uses, settings, overrides, stop, running: running.signal });
  const { log, ending } = basics;
  log.info('Service starts', { settings: printable(all, everything) });
  let closeDoors = async () => {};
  try {
    const service = await untilStopped(assemble(basics, config), basics);
    closeDoors = service.closeDoors;
    await untilStopped(definition.start(service.runtime), basics);
    const addresses = await untilStopped(service.listen(), basics);
    log.info('Service is ready', { addresses });
    onReady({ runtime: service.runtime, addresses });
    await untilStopped(new Promise<never>(() => {}), basics);
  } catch (error) {
    if (stop.aborted) return;
    log.error('Service ends because of an error', { error });
    throw error;
  } finally {
    log.info('Service ends');
    await closeDoors();
    running.abort(new TrunklineError('aborted', 'the service is ending'));
    await ending.end();
  }
}

/** What a step of the life gives; rejects when a loop fails meanwhile, or when the service is asked to end. */
async function untilStopped<T>(step: Promise<T>, { ending, stop }: Basics): Promise<T> {
  return await unlessAborted(Promise.race([step, ending.failed]), stop);
}
