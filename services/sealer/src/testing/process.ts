import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { tied } from '@trunkline/testkit';
import type { Surroundings } from './surroundings.ts';

/** The sealer in a process of its own. Leaving the block kills it. */
export interface SealerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
}

/** Starts one, which dies when the bus has so many messages of it; it lives by default. */
export function startProcess({ env }: Pick<Surroundings, 'env'>, diesAt = 0): SealerProcess {
  const file = fileURLToPath(new URL('run-dying.ts', import.meta.url));
  const [program, args] = tied(process.execPath, [file, String(diesAt)], 'KILL');
  const child = spawn(program, args, {
    env: { ...env, PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit').then(([, signal]: (NodeJS.Signals | null)[]) => signal ?? null);
  return {
    ...{ child, ended },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
