import { basename, relative } from 'node:path';
import type { EventData } from 'node:test';
import { run } from 'node:test';
import { inspect } from 'node:util';
import type { Progress } from '../progress.mjs';
import { took } from '../progress.mjs';
import type { TestFile } from './files.ts';
import type { Tally } from './tally.ts';

/** Longer than the slowest file may take; a file that hangs is a failure, not a wait. */
const FILE_LIMIT_MS = 5 * 60_000;

/**
 * Runs files of tests, at most two at a time, because real servers share the machine with them. Each test counts as one; where CI is
 * set, a skipped test is a failure.
 */
export async function runFiles(
  files: readonly TestFile[],
  tally: Tally,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const since = performance.now();
  const before = { ...tally };
  const paths = files.map((file) => file.path);
  const stream = run({ files: paths, concurrency: 2, isolation: 'process', timeout: FILE_LIMIT_MS, signal });
  const skipped: string[] = [];
  const show = (file: string | undefined) => {
    const [passed, failed] = [tally.passed - before.passed, tally.failed - before.failed];
    progress.update('tests', `${passed} passed, ${failed} failed  ${basename(file ?? '')}`);
  };
  for await (const { type, data } of stream) {
    if (type === 'test:pass' && isTest(data)) {
      if (data.skip !== undefined || data.todo !== undefined) skipped.push(skipLine(data));
      else tally.passed += 1;
      show(data.file);
    }
    if (type === 'test:fail' && isTest(data)) {
      tally.failed += 1;
      progress.done('✖', failure(data));
      show(data.file);
    }
  }
  if (process.env.CI === 'true') tally.failed += skipped.length;
  for (const line of skipped) progress.done(process.env.CI === 'true' ? '✖ skipped:' : '– skipped:', line);
  const [passed, failed] = [tally.passed - before.passed, tally.failed - before.failed];
  progress.done('tests', `${passed} passed, ${failed} failed in ${files.length} files in ${took(since)}`);
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
