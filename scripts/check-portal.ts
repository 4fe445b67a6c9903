// Finds out what a partner's receiver does wrong: `npm run check-portal -- --help`.
import { createOuterHttp } from '../packages/runtime/src/index.ts';
import { postTo } from '../services/delivery/src/check/post-batch.ts';
import { runChecks } from '../services/delivery/src/check/run-checks.ts';
import { parallelChecks, portalChecks } from '../services/delivery/src/domain/check/checks.ts';
import { help, readArguments } from './check-portal/arguments.ts';
import { checkedPortal } from './check-portal/checked-portal.ts';
import { createReport } from './check-portal/report.ts';

/** What the protocol gives a receiver to answer in. */
const timeoutMs = 15_000;
const connectTimeoutMs = 5_000;

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  if (!ending.signal.aborted) console.error(error instanceof Error ? error.message : error);
}

async function main(args: readonly string[]): Promise<void> {
  const asked = readArguments(args, process.env);
  if (asked === undefined) return console.log(help);
  const report = createReport({ hasColours: process.stdout.isTTY === true && !process.env.NO_COLOR });
  // Whoever holds a licence key may try a receiver on a machine of theirs.
  await using http = createOuterHttp({ allowPrivate: true, connectTimeoutMs });
  const post = postTo(asked.url, http, { timeoutMs, signal: ending.signal });
  const checks = asked.isParallel ? parallelChecks : portalChecks;
  for await (const result of runChecks({ portal: checkedPortal(asked), post, checks, now: Date.now })) {
    console.log(report.add(result).join('\n'));
  }
  console.log(report.end().join('\n'));
  process.exitCode = report.isAllRight() ? 0 : 1;
}
