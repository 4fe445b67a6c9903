import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { Problem } from './fetch/problem.mjs';
import type { Instance, Launch } from './instance.ts';
import { portTaken, requireFree, untilAnswers } from './ports.ts';
import { tied } from './tied.ts';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
/** Of 19 steps below everybody else. */
const PATIENT = 10;

/**
 * Runs a server as a child process in a group of its own, so that Ctrl-C reaches our services first and the server last. `onEnded`
 * hears, in words, that it ended although nobody told it to.
 */
export function localProcess(launch: Launch, onEnded: (what: string) => void = () => {}): Instance {
  let child: ChildProcess | undefined;
  const end = async (name: NodeJS.Signals) => {
    const running = child;
    if (running === undefined) return;
    child = undefined;
    await signalAndWait(running, name);
  };
  return {
    pid: () => child?.pid,
    start: async (signal) => {
      await requireFree(launch.port, launch.name);
      const started = spawnLogged(launch);
      child = started;
      try {
        await untilUp(started, launch, signal);
      } catch (error) {
        await end('SIGKILL');
        throw error;
      }
      const tell = () => {
        if (child === started) onEnded(`${launch.name} ended by itself: ${logPath(launch)} says why`);
      };
      if (hasEnded(started)) tell();
      else started.once('exit', tell);
    },
    stop: () => end(launch.keepsData ? 'SIGTERM' : 'SIGKILL'),
    kill: async () => {
      if (child === undefined || hasEnded(child)) throw new Error(`${launch.name} does not run: nothing is killed`);
      await end('SIGKILL');
    },
    freeze: async () => void child?.kill('SIGSTOP'),
    thaw: async () => void child?.kill('SIGCONT'),
  };
}

function spawnLogged(launch: Launch): ChildProcess {
  const log = openSync(logPath(launch), 'a');
  const [command, args] = tied(launch.program, launch.args, launch.keepsData ? 'TERM' : 'KILL');
  const env = { ...process.env, ...launch.env };
  const child = spawn(command, args, { cwd: launch.folder, env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  child.on('error', () => {});
  if (launch.isPatient && child.pid !== undefined) setPriority(child.pid, Math.max(PATIENT, getPriority()));
  child.unref();
  return child;
}

async function untilUp(child: ChildProcess, launch: Launch, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const limit = AbortSignal.any([signal, waiting.signal, AbortSignal.timeout(START_LIMIT_MS)]);
  const exited = once(child, 'exit', { signal: waiting.signal }).then(() => {
    throw startFailed(launch);
  });
  try {
    await Promise.race([untilAnswers(launch.port, limit), exited]);
  } finally {
    waiting.abort();
    await exited.catch(() => {});
  }
}

function startFailed(launch: Launch): Error {
  const tail = readFileSync(logPath(launch), 'utf8').split('\n').slice(-20).join('\n');
  const library = /error while loading shared libraries: (\S+):/.exec(tail)?.[1];
  if (library !== undefined) {
    const remedy = 'install it (Debian 12: apt-get install libcurl4 libssl3 liblzma5) or start Docker';
    return new Problem(`The system library ${library}, which ${launch.name} needs, is missing: ${remedy}`);
  }
  if (/address (already )?in use/i.test(tail)) return portTaken(launch.port, launch.name);
  return new Error(`${launch.name} did not start; the end of its log:\n${tail}`);
}

async function signalAndWait(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  const exited = once(child, 'exit');
  child.kill(name);
  child.kill('SIGCONT');
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(impatience);
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

function logPath(launch: Launch): string {
  return join(launch.folder, `${launch.name}.log`);
}
