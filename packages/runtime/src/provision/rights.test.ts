import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { directoryKeys, inboxPrefix, mongoPrivileges, natsPermissions, rightsOf, subjects } from '@trunkline/contracts';
import { type Servers, startServers } from '@trunkline/testkit';
import { type Db, MongoClient } from 'mongodb';
import { connectBus } from '../bus/connect.ts';
import { provisionBus } from './provision-bus.ts';
import { provisionStore, provisionStoreUsers } from './provision-store.ts';
import { connectors, kv, type Probe, probes, services } from './rights-probes.ts';

const database = 'trunkline';

describe('the table of rights on real servers', () => {
  let servers: Servers;
  let root: MongoClient;
  const signal = new AbortController().signal;

  before(async () => {
    const natsUsers = services.map((user) => ({
      user,
      password: user,
      permissions: natsPermissions(user, connectors),
    }));
    const mongoUsers = [{ name: 'nobody', password: 'nobody', roles: [] }];
    servers = await startServers({ nats: true, mongo: true, own: true, natsUsers, mongoUsers });
    await using nats = await connectBus({ url: servers.natsUrl, service: 'infra', instance: 'one', signal });
    await provisionBus(nats, { connectors });
    root = await new MongoClient(servers.mongoUrl).connect();
    await provisionStore(root, { database, connectors });
    await provisionStoreUsers(root, { database, connectors }, new Map(services.map((name) => [name, name])));
  });
  after(async () => {
    await root.close();
    await servers.stop();
  });

  for (const service of services) {
    test(`${service}: every cell of the bus`, async () => {
      await using nats = await connectBus({ url: servers.natsUrlOf(service), service, instance: 'one', signal });
      const rights = rightsOf(service, connectors);
      for (const probe of probes)
        assert.equal(await isLet(nats, probe), probe.allowed(rights, service), `${service}: ${probe.subject}`);
      for (const other of services) {
        assert.equal(await hears(nats, `${inboxPrefix(other)}.x`), other === service, `${service} hears ${other}`);
        const hint = subjects.allHints(other);
        assert.equal(await hears(nats, hint), rights.listens?.includes(hint) ?? false, `${service} hears ${hint}`);
      }
      assert.equal(await hears(nats, '>'), false);
    });

    test(`${service}: every cell of the database`, async () => {
      const own = rightsOf(service, connectors).collections ?? [];
      assert.deepEqual(
        mongoPrivileges(service, database).map(({ resource }) => resource.collection),
        own,
      );
      if (own.length === 0) return;
      const url = Object.assign(new URL(servers.mongoUrl), { username: service, password: service });
      await using client = await new MongoClient(url.href).connect();
      const db = client.db(database);
      const every = services.flatMap((name) => rightsOf(name, connectors).collections ?? []);
      for (const collection of every)
        for (const [action, run] of Object.entries(databaseActions))
          assert.equal(
            await isLetBy(() => run(db, collection)),
            own.includes(collection),
            `${service} ${action} ${collection}`,
          );
      assert.equal(await isLetBy(() => client.db('other').collection('any').findOne({})), false);
      assert.equal(await isLetBy(() => db.dropDatabase()), false);
    });
  }

  test('a watch of a part cannot be turned into a watch of all', async () => {
    await using nats = await connectBus({
      url: servers.natsUrlOf('telegram'),
      service: 'telegram',
      instance: 'one',
      signal,
    });
    const config = {
      name: 'watch_1',
      filter_subject: kv('>'),
      deliver_subject: '_INBOX_telegram.x',
      ack_policy: 'none',
    };
    const allowed = `$JS.API.CONSUMER.CREATE.KV_directory.watch_1.${kv(directoryKeys.channel('telegram', '*'))}`;
    const request = { stream_name: 'KV_directory', config, action: 'create' };
    const answer = (await nats.request(allowed, JSON.stringify(request))).json<{ error?: { description: string } }>();
    assert.match(answer.error?.description ?? '', /filter/);
  });
});

type DatabaseAction = (db: Db, collection: string) => Promise<unknown>;

const databaseActions: Readonly<Record<string, DatabaseAction>> = {
  reads: (db, collection) => db.collection(collection).findOne({}),
  writes: (db, collection) => db.collection<{ _id: string }>(collection).insertOne({ _id: crypto.randomUUID() }),
  changes: (db, collection) => db.collection(collection).updateOne({ none: true }, { $set: { none: true } }),
  removes: (db, collection) => db.collection(collection).deleteOne({ none: true }),
};

/** Any answer, even a refusal of the stream, shows that the server let it through. */
async function isLet(nats: NatsConnection, { subject, payload = '' }: Probe): Promise<boolean> {
  try {
    await nats.request(subject, payload, { timeout: 2_000 });
    return true;
  } catch (error) {
    if (error instanceof errors.NoRespondersError || isNoResponders(error)) return true;
    if (isPermission(error)) return false;
    throw new Error(`nobody knows whether ${subject} is let`, { cause: error });
  }
}

function isPermission(error: unknown): boolean {
  if (error instanceof errors.PermissionViolationError) return true;
  return error instanceof Error && error.cause !== undefined && isPermission(error.cause);
}

function isNoResponders(error: unknown): boolean {
  return error instanceof errors.RequestError && error.isNoResponders();
}

async function hears(nats: NatsConnection, subject: string): Promise<boolean> {
  let refused = false;
  const subscription = nats.subscribe(subject, {
    callback: (error) => {
      refused ||= error !== null;
    },
  });
  await nats.flush();
  subscription.unsubscribe();
  return !refused;
}

async function isLetBy(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (error instanceof Error && /not authorized|requires authentication/.test(error.message)) return false;
    // A unique index may refuse what the rights let through.
    if (error instanceof Error && 'code' in error && error.code === 11_000) return true;
    throw error;
  }
}
