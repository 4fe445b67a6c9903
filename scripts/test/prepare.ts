import { findChromium } from '../../packages/testkit/src/browser/chromium.ts';
import type { Report } from '../../packages/testkit/src/servers/fetch/fetch.mjs';
import { Problem } from '../../packages/testkit/src/servers/fetch/problem.mjs';
import { findWay, type Way } from '../../packages/testkit/src/servers/way.ts';
import { bytes, type Progress, took } from '../progress.mjs';
import type { TestFile } from './files.ts';

const SERVERS = ['nats', 'mongo', 'kafka'] as const;

/**
 * Brings what the chosen tests will need before the clock of any test runs, and shows how far it is. What cannot be had is said in
 * a sentence; the tests that need it say it again by failing.
 */
export async function prepare(files: readonly TestFile[], progress: Progress, signal: AbortSignal): Promise<void> {
  await Promise.all([
    files.some((file) => file.startsServers) ? tell(progress, () => prepareServers(progress, signal)) : undefined,
    files.some((file) => file.opensBrowser) ? tell(progress, () => findChromium(signal)) : undefined,
  ]);
}

async function prepareServers(progress: Progress, signal: AbortSignal): Promise<void> {
  const since = performance.now();
  const report: Report = ({ name, doneBytes, totalBytes }) => progress.update(name, bytes(doneBytes, totalBytes));
  const ways = await Promise.all(SERVERS.map((name) => findWay(name, { own: false, signal, report })));
  progress.done(
    'servers',
    `${SERVERS.map((name, index) => `${name}: ${ways[index]?.kind}`).join(', ')} (${took(since)})`,
  );
  const [kind] = new Set(ways.map((way: Way) => way.kind));
  // So that not every file asks again whether Docker answers.
  if (kind !== 'env' && kind !== undefined && ways.every((way) => way.kind === kind)) process.env.SERVERS = kind;
}

async function tell(progress: Progress, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    progress.done('✖', error.message);
  }
}
