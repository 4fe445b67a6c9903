import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress } from '../../../scripts/progress.mjs';
import { type AllServers, startAll } from '../../../scripts/start/servers.ts';
import { type DemoOptions, type RunningDemo, startDemo } from '../../../scripts/up/start-demo.ts';

/** The whole system, with the servers below it and the key of its administrator. */
export interface WholeDemo extends RunningDemo {
  readonly servers: AllServers['controls'];
  /** NATS, as its administrator. */
  readonly natsUrl: string;
  readonly administratorKey: string;
  readonly dataFolder: string;
  /** One file a service. */
  readonly logFolder: string;
}

/**
 * The whole system on servers and data of its own, as `npm start` runs it, with settings for all its services and in as many
 * processes as asked. Leaving the block stops and forgets it.
 */
export async function runDemo(
  settings: Readonly<Record<string, string>> = {},
  more: Pick<DemoOptions, 'isApart' | 'scale' | 'hasAllMessengers'> = {},
): Promise<WholeDemo> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const ending = new AbortController();
  stack.defer(() => ending.abort());
  const servers = stack.use(await startAll(folder, createProgress(), ending));
  const folders = { dataFolder: join(folder, 'demo'), logFolder: join(folder, 'logs') };
  const environment = { ...servers.environment, ...settings };
  const demo = stack.use(await startDemo({ environment, ...folders, ...more, signal: ending.signal }));
  const { administratorKey } = JSON.parse(await readFile(join(folders.dataFolder, 'secrets.json'), 'utf8'));
  const owned = stack.move();
  const end = () => owned.disposeAsync();
  const { controls, environment: addresses } = servers;
  const access = { servers: controls, natsUrl: addresses.NATS_URL ?? '', administratorKey };
  return { ...demo, ...folders, ...access, [Symbol.asyncDispose]: end };
}
