import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress } from '../../../scripts/progress.mjs';
import { type AllServers, startAll } from '../../../scripts/start/servers.ts';
import { type RunningDemo, startDemo } from '../../../scripts/up/start-demo.ts';

/** The whole system, with the servers below it and the key of its administrator. */
export interface WholeDemo extends RunningDemo {
  readonly servers: AllServers['controls'];
  readonly administratorKey: string;
}

/** The whole system on servers and data of its own, as `npm start` runs it. Leaving the block stops and forgets it. */
export async function runDemo(): Promise<WholeDemo> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const ending = new AbortController();
  stack.defer(() => ending.abort());
  const servers = stack.use(await startAll(folder, createProgress(), ending));
  const folders = { dataFolder: join(folder, 'demo'), logFolder: join(folder, 'logs') };
  const demo = stack.use(await startDemo({ environment: servers.environment, ...folders, signal: ending.signal }));
  const { administratorKey } = JSON.parse(await readFile(join(folders.dataFolder, 'secrets.json'), 'utf8'));
  const owned = stack.move();
  return { ...demo, servers: servers.controls, administratorKey, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
