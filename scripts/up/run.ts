import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { connectorService } from '../../packages/adapter-kit/src/index.ts';
import { coreServices } from '../../packages/contracts/src/index.ts';
import { type HostedService, type ServiceDefinition, startService } from '../../packages/runtime/src/index.ts';
import { Problem } from '../../packages/testkit/src/servers/fetch/problem.mjs';
import { tied } from '../../packages/testkit/src/servers/tied.ts';
import type { Instance } from './environments.ts';

/** Instances that run. Leaving the block stops them. */
export interface Running extends AsyncDisposable {
  /** Rejects when one of them ends by itself; never resolves. */
  readonly failed: Promise<never>;
}

/** Lines of the services go here, so that the terminal stays readable. */
export interface LogTo {
  readonly folder: string;
}

/** Path of the file that a service's process starts with. */
export function mainOf(service: string): string {
  const isCore = (coreServices as readonly string[]).includes(service);
  return resolve(isCore ? `services/${service}/src/main.ts` : 'services/connectors/main.ts');
}

/** Runs all instances in this process: same code, same bus, same rights as apart. Resolves when all of them serve. */
export async function runHosted(
  environments: ReadonlyMap<Instance, Record<string, string>>,
  { folder }: LogTo,
): Promise<Running> {
  await mkdir(folder, { recursive: true });
  const hosted: HostedService<unknown>[] = [];
  for (const [{ service }, environment] of environments) {
    const logDestination = createWriteStream(resolve(folder, `${service}.log`), { flags: 'a' });
    const overrides = { logDestination, measuresProcess: hosted.length === 0 };
    hosted.push(startService(await definitionOf(service), environment, overrides));
  }
  const stop = async () => {
    await Promise.all(hosted.map((each) => each.stop()));
  };
  const failed = Promise.race(hosted.map((each) => endedAlone(each.name, each.done, folder)));
  failed.catch(() => {});
  try {
    await Promise.race([Promise.all(hosted.map((each) => each.ready)), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { failed, [Symbol.asyncDispose]: stop };
}

/** What a service is made of: its definition, by its folder. */
export async function definitionOf(service: string): Promise<ServiceDefinition> {
  const isCore = (coreServices as readonly string[]).includes(service);
  if (!isCore) return connectorService(service, resolve('services/connectors')) as ServiceDefinition;
  const module: Record<string, ServiceDefinition> = await import(resolve(`services/${service}/src/service.ts`));
  const definition = Object.values(module).find(({ name }) => name === service);
  if (!definition) throw new Error(`services/${service}/src/service.ts defines no service of that name.`);
  return definition;
}

async function endedAlone(name: string, done: Promise<void>, folder: string): Promise<never> {
  await done;
  throw new Problem(`${name} ended by itself: ${folder}/${name}.log says why`);
}

/** Runs every instance in a process of its own. Resolves when all of them serve. */
export async function runProcesses(
  environments: ReadonlyMap<Instance, Record<string, string>>,
  { folder }: LogTo,
): Promise<Running> {
  await mkdir(folder, { recursive: true });
  const children = [...environments].map(([instance, environment]) => startProcess(instance, environment, folder));
  const stop = async () => {
    for (const { child } of children) child.kill('SIGTERM');
    await Promise.all(children.map(({ child }) => exited(child)));
  };
  const failed = Promise.race(children.map(({ name, child }) => endedAlone(name, exited(child), folder)));
  failed.catch(() => {});
  try {
    await Promise.race([Promise.all([...environments.keys()].map(untilReady)), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { failed, [Symbol.asyncDispose]: stop };
}

/** A process of one instance. */
export interface InstanceProcess {
  /** Name of the service and number of the instance. */
  readonly name: string;
  readonly child: ChildProcess;
}

/**
 * Starts one instance in a process of its own, which ends with this one at the latest. `words` is what node is given: by
 * default the service's own main file.
 */
export function startProcess(
  { service, number }: Instance,
  environment: Record<string, string>,
  folder: string,
  words: readonly string[] = [mainOf(service)],
): InstanceProcess {
  const name = `${service}-${number}`;
  const out = createWriteStream(resolve(folder, `${name}.log`), { flags: 'a' });
  const [command, args] = tied(process.execPath, [...process.execArgv, ...words], 'TERM');
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, CONNECTORS: service, ...environment };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(out, { end: false });
  child.stderr.pipe(out, { end: false });
  return { name, child };
}

/** Resolves when the process has ended. */
export async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Twenty processes that start at once on two busy cores take their time. */
const readyLimitMs = 180_000;

/** Resolves when the instance serves. Rejects after three minutes. */
export async function untilReady({ service, ports }: Instance): Promise<void> {
  const endsAt = performance.now() + readyLimitMs;
  while (performance.now() < endsAt) {
    const answer = await fetch(`http://127.0.0.1:${ports.metrics}/readyz`, {
      signal: AbortSignal.timeout(2_000),
    }).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Problem(`${service} did not become ready within ${readyLimitMs / 1_000} s: its log says what it waits for`);
}
