import { resolve } from 'node:path';
import { readFlags } from '../start/flags.mjs';
import { welcome } from './banner.ts';
import { runOnce } from './once.ts';
import { type Bot, startDemo } from './start-demo.ts';

/**
 * Starts all services on servers that run already (their addresses are in the environment), makes the demo, and runs until
 * it is told to stop, or, with --once, until one message went each way. Gives the exit code.
 */
export async function runUp(args: readonly string[]): Promise<number> {
  const flags = readFlags([...args]);
  if ('mistake' in flags) throw new Error(flags.mistake);
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => ending.abort());
  await using demo = await startDemo({
    environment: process.env,
    dataFolder: resolve('.trunkline/data'),
    logFolder: resolve('.trunkline/logs'),
    isApart: flags.processes,
    hasUsualPorts: true,
    hasAllMessengers: !flags.once,
    scale: flags.scale,
    bot: botOf(process.env),
    signal: ending.signal,
  });
  if (flags.once) return await runOnce(demo);
  console.log(welcome(demo));
  await Promise.race([demo.failed, aborted(ending.signal)]);
  return 0;
}

function botOf({ TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_URL: apiUrl }: NodeJS.ProcessEnv): Bot | undefined {
  return token ? { token, apiUrl: apiUrl || undefined } : undefined;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
