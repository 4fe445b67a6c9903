import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { laneOf } from '@trunkline/contracts';
import { tied } from '@trunkline/testkit';
import type { Surroundings } from './bus.ts';

/** Delivery in a process of its own. Leaving the block kills it. */
export interface DeliveryProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  kill(): Promise<void>;
  /** Tells it to end, and waits until it has. */
  stop(): Promise<void>;
}

const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Starts one; `twin`: its leases exclude nobody who has another one. */
export function startProcess(
  { env }: Pick<Surroundings, 'env'>,
  { twin }: { readonly twin?: string } = {},
): DeliveryProcess {
  const words = twin === undefined ? [at('../main.ts')] : [at('run-twin.ts'), twin];
  const [program, args] = tied(process.execPath, words, 'KILL');
  const child = spawn(program, args, {
    // One lane is enough, and taken over sooner than eight on a busy machine.
    env: { ...env, PATH: process.env.PATH, LANES: String(laneOf('home')) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return { child, kill: () => end('SIGKILL'), stop: () => end('SIGTERM'), [Symbol.asyncDispose]: () => end('SIGKILL') };
}
