// Makes and updates what an installation stands on: `node scripts/infra.ts` with NATS_URL and MONGO_URL in the environment.
// `node scripts/infra.ts users` prints the users.conf of the NATS server instead.
import { provision } from '../packages/runtime/src/index.ts';
import { natsUsersConf } from './infra/nats-users.ts';
import { readSettings } from './infra/settings.ts';
import { connectorNames } from './start/users.ts';

if (import.meta.main) await main(process.argv[2]);

async function main(command: string | undefined): Promise<void> {
  const connectors = connectorNames();
  if (command === 'users') {
    process.stdout.write(natsUsersConf(connectors));
    return;
  }
  if (command !== undefined) throw new Error(`infra does not know "${command}": say nothing, or users`);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const done = await provision({ ...readSettings(process.env, connectors), connectors, signal: stop.signal });
  tell('Streams made', done.streamsMade);
  tell('Streams changed', done.streamsChanged);
  tell('Streams that no connector here wants, left as they are', done.streamsLeft);
  tell('Users of MongoDB', done.users);
}

function tell(what: string, names: readonly string[]): void {
  console.log(`${what}: ${names.length === 0 ? 'none' : names.join(', ')}`);
}
