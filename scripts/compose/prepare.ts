import { initiateStore, provision } from '../../packages/runtime/src/index.ts';
import { readSettings } from '../infra/settings.ts';
import { connectorNames } from '../start/users.ts';

const limitMs = 120_000;

/**
 * Makes an installation of fresh servers, or updates one: the replica set, streams, collections, indexes, users. Runs in
 * mongod's own network, because the first user may be made from there alone. Waits for servers that are still starting.
 */
export async function prepare(env: NodeJS.ProcessEnv): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  const { MONGO_ROOT_PASSWORD: rootPassword } = env;
  if (!rootPassword)
    throw new Error('MONGO_ROOT_PASSWORD is required: it is in the secrets that were written for infra.');
  const addresses = { localAddress: '127.0.0.1:27017', member: 'mongo:27017' };
  const mongoUrl = await initiateStore({ ...addresses, rootPassword, signal });
  const connectors = connectorNames();
  const settings = readSettings({ ...env, MONGO_URL: mongoUrl }, connectors);
  const done = await provision({ ...settings, connectors, signal });
  console.log(
    `Streams made: ${done.streamsMade.join(', ') || 'none'}; changed: ${done.streamsChanged.join(', ') || 'none'}`,
  );
  console.log(`Users of MongoDB: ${done.users.join(', ')}`);
}
