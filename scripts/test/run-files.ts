import { basename, relative } from 'node:path';
import type { EventData } from 'node:test';
import { run } from 'node:test';
import { inspect } from 'node:util';
import type { Progress } from '../progress.mjs';
import { took } from '../progress.mjs';
import type { TestFile } from './files.ts';
import type { Tally } from './tally.ts';

/** Longer than the slowest file may take; a file that does not end is a failure, not a wait. */
const FILE_LIMIT_MS = 8 * 60_000;
/** Shorter, so that the test that hangs is named. */
const TEST_LIMIT_MS = 4 * 60_000;
/** Real servers share the machine with the tests. */
const AT_ONCE = 2;

/** Where CI is set, a skipped test is a failure. */
const skipsFail = process.env.CI === 'true';

/** Runs files of tests, each in a process of its own, and counts every test as one. */
export async function runFiles(
  files: readonly TestFile[],
  tally: Tally,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const since = performance.now();
  const own: Tally = { passed: 0, failed: 0 };
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      progress.update('tests', `${own.passed} passed, ${own.failed} failed, now ${basename(file.path)}`);
      await runFile(file.path, own, progress, signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  tally.passed += own.passed;
  tally.failed += own.failed;
  progress.done('tests', `${own.passed} passed, ${own.failed} failed in ${files.length} files in ${took(since)}`);
}

async function runFile(path: string, tally: Tally, progress: Progress, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(FILE_LIMIT_MS);
  // Its end is the end of the process: what it leaves open keeps it from ending, and that is a failure too.
  const ending = AbortSignal.any([signal, limit]);
  const stream = run({ files: [path], isolation: 'process', timeout: TEST_LIMIT_MS, signal: ending });
  let said = '';
  for await (const { type, data } of stream) {
    if (type === 'test:stderr') said = (said + data.message).slice(-2_000);
    if (type === 'test:pass' && isTest(data)) {
      const skipped = data.skip !== undefined || data.todo !== undefined;
      if (skipped) progress.done(skipsFail ? '✖ skipped:' : '– skipped:', skipLine(data));
      else tally.passed += 1;
      if (skipped && skipsFail) tally.failed += 1;
    }
    if (type === 'test:fail' && isTest(data)) {
      tally.failed += 1;
      // A file that could not even be loaded says why only there.
      progress.done('✖', failure(data) + (data.name === path ? said : ''));
    }
  }
  if (limit.aborted) progress.done('✖', `${path} did not end within ${FILE_LIMIT_MS / 1000} s`);
}

type Ended = EventData.TestPass | EventData.TestFail;

/** A suite only groups tests, and fails when one of them does. */
function isTest(data: Ended): boolean {
  return data.details.type !== 'suite';
}

function skipLine(data: Ended): string {
  const why = [data.skip, data.todo].find((reason) => typeof reason === 'string') ?? 'without a reason';
  return `${place(data)} ${data.name}: ${why}`;
}

function failure(data: EventData.TestFail): string {
  const { error } = data.details;
  const cause = error.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  const lines = text.split('\n').filter((line) => !line.includes('node:internal'));
  return `${data.name}\n    ${place(data)}\n    ${lines.slice(0, 30).join('\n    ')}\n`;
}

function place({ file, line }: Ended): string {
  return `${relative('.', file ?? '')}:${line ?? 0}`;
}
