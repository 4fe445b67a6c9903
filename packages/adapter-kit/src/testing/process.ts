import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { tied } from '@trunkline/testkit';
import type { Surroundings } from './surroundings.ts';

const program = join(import.meta.dirname, 'run-sample.ts');
/** What has an unknown outcome is given up soon. */
export const quickly = { SEND_DOUBT_SECONDS: '2', SEND_TIMEOUT_SECONDS: '3' };

/** The sample connector in a process of its own, to be killed or put to sleep. Leaving the block kills it. */
export function startProcess(around: Surroundings, more: Record<string, string> = {}): ChildProcess & AsyncDisposable {
  const env = { PATH: process.env.PATH, ...around.env, ...quickly, ...more };
  const [command, words] = tied(process.execPath, [program], 'KILL');
  const child = spawn(command, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return Object.assign(child, { [Symbol.asyncDispose]: kill });
}
