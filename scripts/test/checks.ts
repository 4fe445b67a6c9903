import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../packages/testkit/src/servers/fetch/run.mjs';
import type { Progress } from '../progress.mjs';
import { took } from '../progress.mjs';
import type { Tally } from './tally.ts';

const RUNS = '.turbo/runs';
const PREFIX = '//#check:';
const SHOWN_LINES = 40;

/** Runs all checks of turbo.json side by side, after generating the contracts. Each counts as one. */
export async function runChecks(tally: Tally, progress: Progress, signal: AbortSignal): Promise<void> {
  const since = performance.now();
  const tasks: string[] = Object.keys(JSON.parse(await readFile('turbo.json', 'utf8')).tasks);
  const checks = tasks.filter((task) => task.startsWith(PREFIX)).map((task) => task.slice('//#'.length));
  progress.update('checks', checks.map((check) => check.slice('check:'.length)).join(', '));
  await rm(RUNS, { recursive: true, force: true });
  const flags = ['--continue=always', '--output-logs=errors-only', '--log-order=grouped', '--summarize'];
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  const { lines } = await run('node_modules/.bin/turbo', ['run', ...checks, ...flags], {
    signal,
    env,
    keepLines: 2_000,
  });
  const codes = await exitCodes();
  const failed = checks.filter((check) => codes.get(check) !== 0);
  for (const check of failed) showOutput(check, lines);
  tally.failed += failed.length;
  tally.passed += checks.length - failed.length;
  for (const check of checks) progress.done(failed.includes(check) ? '✖' : '✔', check);
  progress.done('checks', `${checks.length - failed.length} passed, ${failed.length} failed in ${took(since)}`);
}

/** What turbo writes of a run: how each task ended. A task that is not in it did not run. */
async function exitCodes(): Promise<Map<string, number>> {
  const [summary] = await readdir(RUNS).catch(() => []);
  if (summary === undefined) return new Map();
  const { tasks } = JSON.parse(await readFile(join(RUNS, summary), 'utf8'));
  return new Map(
    tasks.map(({ taskId, execution }: { taskId: string; execution?: { exitCode?: number } }) => [
      taskId.slice('//#'.length),
      execution?.exitCode ?? 1,
    ]),
  );
}

/** The beginning of what a failed check said; all of it comes from `npm run <check>`. */
function showOutput(check: string, lines: readonly string[]): void {
  const prefix = `//:${check}: `;
  const own = lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  const ofUse = own.filter((line) => !/^(npm (warn|error)|cache (miss|bypass)|> |$)/.test(line.trim()));
  console.log(`\n${check}`);
  for (const line of ofUse.slice(0, SHOWN_LINES)) console.log(`  ${line}`);
  if (ofUse.length > SHOWN_LINES) console.log(`  … ${ofUse.length - SHOWN_LINES} more lines: npm run ${check}`);
}
