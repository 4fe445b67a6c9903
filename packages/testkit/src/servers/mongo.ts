import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from './instance.ts';

const KEY_FILE = 'replica-set.key';

export interface MongoOptions {
  readonly program: string;
  readonly folder: string;
  readonly port: number;
  readonly keepsData: boolean;
  readonly auth: boolean;
}

/**
 * Says how to start mongod as a replica set of one. With `auth` the members' key file is made first; once a folder has one, its
 * server asks for passwords for ever.
 */
export async function mongoLaunch(options: MongoOptions): Promise<Launch> {
  const { program, folder, port, keepsData, auth } = options;
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  const key = join(folder, KEY_FILE);
  if (auth && !existsSync(key)) {
    await writeFile(key, randomBytes(96).toString('base64'), { mode: 0o400 });
    await chmod(key, 0o400);
  }
  const parameters = [
    // A writer that was killed inside a transaction blocks the next one only this long (default: a minute).
    'transactionLifetimeLimitSeconds=3',
    // Nobody reads the past: kept for the usual five minutes, every former version of a busy document makes each write dearer.
    'minSnapshotHistoryWindowInSeconds=0',
    'diagnosticDataCollectionEnabled=false',
  ];
  const args = [
    ...['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', '--quiet'],
    ...['--replSet', 'rs0', '--oplogSize', '256', '--wiredTigerCacheSizeGB', '0.25'],
    ...parameters.flatMap((parameter) => ['--setParameter', parameter]),
    ...(auth ? ['--keyFile', key] : []),
  ];
  return { name: 'mongo', program, folder, port, keepsData, args, env: {} };
}
