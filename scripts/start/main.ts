import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { withLock } from '../../packages/testkit/src/servers/fetch/lock.mjs';
import { Problem } from '../../packages/testkit/src/servers/fetch/problem.mjs';
import { sentenceOf } from '../../packages/testkit/src/servers/fetch/room.mjs';
import { createProgress } from '../progress.mjs';
import { readFlags } from './flags.mjs';
import { runServices } from './run-services.ts';
import { startAll } from './servers.ts';

const DATA = resolve('.trunkline/data');
const LOCK = resolve('.trunkline/start.lock');

const flags = readFlags(process.argv.slice(2));
if ('mistake' in flags) throw new Error(flags.mistake);

const ending = new AbortController();
/** Somebody asked for the end; everything else that ends us is told. */
let isAsked = false;
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    isAsked = true;
    ending.abort();
  });

try {
  process.exitCode = await withLock(LOCK, { signal: ending.signal, onWait: alreadyRunning }, start);
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence !== undefined) console.error(`\n${sentence}`);
  else if (!isAsked) throw error;
  process.exitCode = 1;
}

async function start(): Promise<number> {
  if ('mistake' in flags) return 1;
  if (flags.reset) await rm(DATA, { recursive: true, force: true });
  await using servers = await startAll(DATA, createProgress(), ending, { hasUsualPorts: true });
  const code = await runServices(process.argv.slice(2), servers.environment, ending.signal);
  // Kafka follows while the services already work; what it lacks is known only now.
  if (servers.problem !== undefined) throw servers.problem;
  return code;
}

function alreadyRunning(pid: number): never {
  throw new Problem(`Trunkline already runs from this folder (process ${pid}): stop it first, or use another clone`);
}
