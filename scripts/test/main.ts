import { parseArgs } from 'node:util';
import { createProgress, type Progress } from '../progress.mjs';
import { runChecks } from './checks.ts';
import { type TestFile, testFiles } from './files.ts';
import { prepare } from './prepare.ts';
import { runFiles } from './run-files.ts';
import type { Tally } from './tally.ts';

const HELP = `npm test                       everything: contracts, checks, unit, integration and browser tests
npm test -- <text> ...         only the test files whose path contains one of the texts, without the checks
npm test -- --only checks      only the checks
npm test -- --only tests       only the tests
npm test -- --only unit        only the tests that start no server and no browser
npm test -- --only integration only the others
`;

const PARTS: readonly string[] = ['checks', 'tests', 'unit', 'integration'];
const LIMIT_MS = 40 * 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
const { only } = values;
if (values.help === true) {
  console.log(HELP);
} else if (only !== undefined && !PARTS.includes(only)) {
  console.error(`--only ${only} is not known: say one of ${PARTS.join(', ')}`);
  process.exitCode = 1;
} else {
  const tally: Tally = { passed: 0, failed: 0 };
  const signal = AbortSignal.timeout(LIMIT_MS);
  const progress = createProgress(process.stdout);
  if (positionals.length === 0 && (only === undefined || only === 'checks')) await runChecks(tally, progress, signal);
  if (only !== 'checks') await runTests(tally, progress, signal);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

async function runTests(tally: Tally, progress: Progress, signal: AbortSignal): Promise<void> {
  const chosen = (await testFiles()).filter((file) => isChosen(file));
  if (chosen.length === 0) {
    console.log(`No test file matches ${positionals.join(' ') || 'the choice'}`);
    tally.failed += 1;
    return;
  }
  await prepare(chosen, progress, signal);
  await runFiles(chosen, tally, progress, signal);
}

function isChosen(file: TestFile): boolean {
  if (only === 'unit' && file.startsServers) return false;
  if (only === 'integration' && !file.startsServers) return false;
  return positionals.length === 0 || positionals.some((text) => file.path.includes(text));
}
