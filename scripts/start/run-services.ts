import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { tied } from '../../packages/testkit/src/servers/tied.ts';

const STOP_LIMIT_MS = 30_000;

/**
 * Runs `scripts/up.ts`, which starts the services, with the servers' addresses in its environment, and returns its exit code.
 * When the signal aborts it is told to stop; when it does not, it is stopped.
 */
export async function runServices(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  if (signal.aborted) return 1;
  const env = { ...process.env, ...environment };
  const [command, words] = tied(process.execPath, [...process.execArgv, resolve('scripts/up.ts'), ...args], 'TERM');
  const child = spawn(command, words, { stdio: 'inherit', env });
  let impatience: NodeJS.Timeout | undefined;
  const stop = () => {
    // A terminal's Ctrl-C has reached it already; told twice is told once.
    child.kill('SIGTERM');
    impatience = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise((ended, failed) => {
      child.once('error', failed);
      child.once('exit', (code, name) => ended(code ?? 128 + (name === null ? 0 : constants.signals[name])));
    });
  } finally {
    clearTimeout(impatience);
    signal.removeEventListener('abort', stop);
  }
}
