import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { pause } from '../../packages/runtime/src/index.ts';
import { Problem } from '../../packages/testkit/src/servers/fetch/problem.mjs';

/** Twenty processes that start at once on two busy cores take their time. */
export const readyLimitMs = 180_000;
/** A service waits ten seconds for each of its lanes' workers, and then for what is under way at its doors. */
const stopLimitMs = 60_000;

const tailBytes = 16 * 1024;
const tailLines = 5;

/** What failed, with the end of the service's log: whoever reads it need not look for the file. */
export async function problemOf(name: string, what: string, logFile: string | undefined): Promise<Problem> {
  if (logFile === undefined) return new Problem(`${name} ${what}`);
  const lines = await lastLines(logFile);
  const end = lines.length === 0 ? `${logFile} is empty` : [`${logFile} ends with:`, ...lines].join('\n  ');
  return new Problem(`${name} ${what}; ${end}`);
}

async function lastLines(file: string): Promise<string[]> {
  try {
    await using opened = await open(file);
    const { size } = await opened.stat();
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    await opened.read(buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer
      .toString()
      .split('\n')
      .filter((line) => line.trim() !== '');
    return lines.slice(-tailLines).map((line) => line.slice(0, 500));
  } catch {
    return [];
  }
}

/** What a service that starts gives. Rejects with a {@link Problem} that names it when that takes too long. */
export async function servesInTime<T>(
  { name, logFile }: { readonly name: string; readonly logFile?: string },
  ready: Promise<T>,
  limitMs = readyLimitMs,
): Promise<T> {
  const over = new AbortController();
  const late = pause(limitMs, over.signal).then(async () => {
    if (over.signal.aborted) return await new Promise<never>(() => {});
    throw await problemOf(name, `did not become ready within ${limitMs / 1_000} s`, logFile);
  });
  try {
    return await Promise.race([ready, late]);
  } finally {
    over.abort();
  }
}

/** Resolves when the work is over or the time is: then these still did not end, and they are told of on the standard error. */
export async function endsInTime(
  work: readonly { readonly name: string; readonly ended: Promise<unknown> }[],
  limitMs = stopLimitMs,
): Promise<void> {
  const left = new Set(work.map(({ name }) => name));
  const all = Promise.all(
    work.map(async ({ name, ended }) => {
      await ended.catch(() => {});
      left.delete(name);
    }),
  );
  const over = new AbortController();
  await Promise.race([all, pause(limitMs, over.signal)]);
  over.abort();
  if (left.size > 0) console.error(`${[...left].join(', ')} did not end within ${limitMs / 1_000} s`);
}

/** Resolves when the process has ended. */
export async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Tells a process to end, and kills it when it has not in time. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals, limitMs = stopLimitMs): Promise<void> {
  child.kill(signal);
  // One that is frozen would never hear it.
  child.kill('SIGCONT');
  const over = new AbortController();
  const kill = pause(limitMs, over.signal).then(() => {
    if (!over.signal.aborted) child.kill('SIGKILL');
  });
  await exited(child);
  over.abort();
  await kill;
}
