import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connectorService } from '../../packages/adapter-kit/src/index.ts';
import { coreServices } from '../../packages/contracts/src/index.ts';
import { type HostedService, type ServiceDefinition, startService } from '../../packages/runtime/src/index.ts';
import { tied } from '../../packages/testkit/src/servers/tied.ts';
import type { Instance } from './environments.ts';
import { endProcess, endsInTime, exited, problemOf, readyLimitMs, servesInTime } from './limits.ts';

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
    await endsInTime(hosted.map((each) => ({ name: each.name, ended: each.stop() })));
  };
  const failed = Promise.race(hosted.map((each) => endedAlone(logOf(each.name, folder), each.done)));
  failed.catch(() => {});
  try {
    await Promise.race([Promise.all(hosted.map((each) => servesInTime(logOf(each.name, folder), each.ready))), failed]);
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

interface Logged {
  readonly name: string;
  readonly logFile: string;
}

function logOf(name: string, folder: string): Logged {
  return { name, logFile: resolve(folder, `${name}.log`) };
}

async function endedAlone({ name, logFile }: Logged, done: Promise<void>): Promise<never> {
  await done;
  throw await problemOf(name, 'ended by itself', logFile);
}

/** Runs every instance in a process of its own. Resolves when all of them serve. */
export async function runProcesses(
  environments: ReadonlyMap<Instance, Record<string, string>>,
  { folder }: LogTo,
): Promise<Running> {
  await mkdir(folder, { recursive: true });
  const children = [...environments].map(([instance, environment]) => startProcess(instance, environment, folder));
  const stop = async () => {
    await Promise.all(children.map(({ child }) => endProcess(child, 'SIGTERM')));
  };
  const failed = Promise.race(children.map((each) => endedAlone(each, exited(each.child))));
  failed.catch(() => {});
  try {
    await Promise.race([Promise.all(children.map((each) => untilReady(each))), failed]);
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
  readonly instance: Instance;
  readonly logFile: string;
}

/**
 * Starts one instance in a process of its own, which ends with this one at the latest. `words` is what node is given: by
 * default the service's own main file.
 */
export function startProcess(
  instance: Instance,
  environment: Record<string, string>,
  folder: string,
  words: readonly string[] = [mainOf(instance.service)],
): InstanceProcess {
  const { service, number } = instance;
  const { name, logFile } = logOf(`${service}-${number}`, folder);
  const out = createWriteStream(logFile, { flags: 'a' });
  const [command, args] = tied(process.execPath, [...process.execArgv, ...words], 'TERM');
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, CONNECTORS: service, ...environment };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(out, { end: false });
  child.stderr.pipe(out, { end: false });
  return { name, child, instance, logFile };
}

/** Resolves when the process serves. Rejects, with the end of its log, after three minutes, and at once when it has ended. */
export async function untilReady(process: InstanceProcess, limitMs = readyLimitMs): Promise<void> {
  const looking = new AbortController();
  const ended = exited(process.child).then(async () => {
    // What it said last may still be on its way to the file.
    await setTimeout(100);
    throw await problemOf(process.name, 'ended before it was ready', process.logFile);
  });
  ended.catch(() => {});
  try {
    await Promise.race([servesInTime(process, answersReady(process.instance, looking.signal), limitMs), ended]);
  } finally {
    looking.abort();
  }
}

async function answersReady({ ports }: Instance, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const limit = AbortSignal.any([AbortSignal.timeout(2_000), signal]);
    const answer = await fetch(`http://127.0.0.1:${ports.metrics}/readyz`, { signal: limit }).catch(() => undefined);
    if (answer?.ok) return;
    await setTimeout(100);
  }
}
