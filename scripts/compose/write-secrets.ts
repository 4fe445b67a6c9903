import { randomBytes } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { coreServices } from '../../packages/contracts/src/index.ts';
import { natsUsersConf } from '../infra/nats-users.ts';
import { connectorNames } from '../start/users.ts';
import {
  administratorKey,
  infraSecrets,
  natsPasswords,
  type SecretsPlan,
  secretOf,
  serviceSecrets,
} from './service-secrets.ts';

/** Users inside the images: `node` of ours, `mongodb` of MongoDB's; nats-server runs as root. */
const users = { node: 1_000, mongodb: 999, root: 0 };

/**
 * Writes what each container is given into its own folder below `folder`, readable by its user alone. The root secret is made
 * at the first start and kept; everything else follows from it, so repeating changes nothing.
 */
export async function writeSecrets(folder: string): Promise<void> {
  const plan = { root: await keepRoot(join(folder, 'root')), connectors: connectorNames() };
  for (const service of [...coreServices, ...plan.connectors])
    await write(join(folder, service, 'service.env'), environmentText(serviceSecrets(service, plan)), users.node);
  await write(join(folder, 'infra', 'service.env'), environmentText(infraSecrets(plan)), users.node);
  const seed = environmentText({ ADMINISTRATOR_KEY: administratorKey(plan) });
  await write(join(folder, 'seed', 'service.env'), seed, users.node);
  // mongod takes base64, but not the kind that is safe in addresses.
  const key = Buffer.from(secretOf(plan, 'mongo/replica-set'), 'base64url').toString('base64');
  await write(join(folder, 'mongo', 'replica-set.key'), key, users.mongodb);
  await writeNats(join(folder, 'nats'), plan);
}

async function keepRoot(folder: string): Promise<Buffer> {
  const file = join(folder, 'root.key');
  try {
    return Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const root = randomBytes(32);
    await write(file, root.toString('base64url'), users.root);
    return root;
  }
}

/** The server reads passwords that stand in the same file as the users. */
async function writeNats(folder: string, plan: SecretsPlan): Promise<void> {
  const passwords = Object.entries(natsPasswords(plan)).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const text = `${passwords.join('\n')}\n\n${natsUsersConf(plan.connectors)}`;
  await write(join(folder, 'users.conf'), text, users.root);
  await copyFile('deploy/nats/nats.conf', join(folder, 'nats.conf'));
}

function environmentText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Whole or not at all: a container that starts meanwhile reads the former file. */
async function write(file: string, text: string, user: number): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const next = `${file}.next`;
  await rm(next, { force: true });
  await writeFile(next, text, { mode: 0o400 });
  await chmod(next, 0o400);
  if (process.getuid?.() === 0) await chown(next, user, user);
  await rename(next, file);
}
