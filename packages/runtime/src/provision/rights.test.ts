import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import {
  coreServices,
  directoryKeys,
  inboxPrefix,
  messageStreams,
  mongoPrivileges,
  natsPermissions,
  objectStores,
  rightsOf,
  type ServiceRights,
  type StreamRights,
  streams,
  subjects,
} from '@trunkline/contracts';
import { type Servers, startServers } from '@trunkline/testkit';
import { type Db, MongoClient } from 'mongodb';
import { connectBus } from '../bus/connect.ts';
import { provisionBus } from './provision-bus.ts';
import { provisionStore, provisionStoreUsers } from './provision-store.ts';

const connectors = ['telegram', 'viber'];
const services: readonly string[] = [...coreServices, ...connectors];
const database = 'trunkline';

/** One thing that a user may try, and whether the table lets it. */
interface Probe {
  readonly subject: string;
  readonly payload?: string;
  readonly allowed: (rights: ServiceRights, service: string) => boolean;
}

const publishing = [
  ...[subjects.ingress(0), subjects.due(0), subjects.timer(0, 't1'), subjects.outbox(0, 'p1')],
  ...[subjects.outboxPosition(0), subjects.deliveries(0), 'foreign'],
  ...['normalizer', 'routing'].map((stage) => subjects.facts(0, stage)),
  ...connectors.flatMap((name) => [
    ...[subjects.egress(name, 0, 'c1'), subjects.egressFiles(name, 0, 'c1'), subjects.egressPosition(name, 0)],
    ...[subjects.sends(name, 0), subjects.hint(name, 'c1', 'new'), kv(directoryKeys.channel(name, 'c1'))],
    kv(directoryKeys.connector(name)),
  ]),
  ...[directoryKeys.tenant('t1'), directoryKeys.portal('p1'), directoryKeys.apiKey('h1'), directoryKeys.room()].map(kv),
  ...services.map((service) => subjects.cursor(`${service}.sink`, 0)),
].map(
  (subject): Probe => ({
    subject,
    allowed: ({ publishes = [] }) => publishes.some((pattern) => matches(pattern, subject)),
  }),
);

const leases = services.map(
  (owner): Probe => ({
    subject: `$KV.owners.${owner}.0`,
    allowed: ({ leases: has }, service) => has === true && owner === service,
  }),
);

const everyStream = [
  ...messageStreams(connectors),
  ...[streams.timers, streams.cursors, 'KV_directory', 'KV_owners', 'OBJ_files', 'OBJ_bodies'],
];

const reading = everyStream.flatMap((stream): Probe[] => {
  const inTable = (action: keyof StreamRights) => (rights: ServiceRights) =>
    (rights.streams ?? []).some((one) => one.stream === stream && one[action] === true);
  const readsByConsumer = (rights: ServiceRights) => {
    const watches = stream === 'KV_directory' && (rights.directory ?? []).length > 0;
    return inTable('feed')(rights) || watches || (stream === 'KV_owners' && rights.leases === true);
  };
  const isObjectsOf = ({ objects = [] }: ServiceRights) => objects.some(({ store }) => stream === `OBJ_${store}`);
  return [
    { subject: `$JS.API.CONSUMER.CREATE.${stream}`, allowed: inTable('feed') },
    { subject: `$JS.API.CONSUMER.CREATE.${stream}.feed_1`, allowed: inTable('feed') },
    { subject: `$JS.API.CONSUMER.CREATE.${stream}.feed_1.>`, allowed: inTable('feed') },
    {
      subject: `$JS.API.STREAM.MSG.GET.${stream}`,
      payload: JSON.stringify({ last_by_subj: 'none' }),
      allowed: (rights) => {
        const isLeases = stream === 'KV_owners' && rights.leases === true;
        return inTable('leader')(rights) || isLeases || isObjectsOf(rights);
      },
    },
    {
      subject: `$JS.API.DIRECT.GET.${stream}`,
      payload: JSON.stringify({ last_by_subj: 'none' }),
      allowed: (rights) => inTable('direct')(rights) || isObjectsOf(rights),
    },
    {
      subject: `$JS.API.STREAM.PURGE.${stream}`,
      payload: JSON.stringify({ filter: 'none' }),
      allowed: (rights) => {
        const mayRemove = (rights.objects ?? []).some(
          ({ store, remove }) => remove === true && stream === `OBJ_${store}`,
        );
        return inTable('purge')(rights) || mayRemove;
      },
    },
    {
      subject: `$JS.API.STREAM.INFO.${stream}`,
      allowed: ({ streams: own = [] }) => own.some((one) => one.stream === stream),
    },
    ...['MSG.NEXT', 'INFO', 'DELETE'].map((action) => ({
      subject: `$JS.API.CONSUMER.${action}.${stream}.feed_1`,
      allowed: readsByConsumer,
    })),
    ...[
      ...['CREATE', 'UPDATE', 'DELETE', 'MSG.DELETE', 'SNAPSHOT'].map((action) => `STREAM.${action}.${stream}`),
      ...[`CONSUMER.DURABLE.CREATE.${stream}.d`, `CONSUMER.NAMES.${stream}`, `CONSUMER.LIST.${stream}`],
      `DIRECT.GET.${stream}.any.subject`,
    ].map((call) => ({ subject: `$JS.API.${call}`, allowed: () => false })),
  ];
});

/** What concerns the whole bus is for infra alone. */
const everything = ['STREAM.NAMES', 'STREAM.LIST', 'ACCOUNT.PURGE.$G', 'SERVER.REMOVE'].map(
  (call): Probe => ({ subject: `$JS.API.${call}`, allowed: () => false }),
);

const watchedKeys = [
  ...[
    directoryKeys.tenant('*'),
    directoryKeys.portal('*'),
    directoryKeys.channel('*', '*'),
    directoryKeys.connector('*'),
  ],
  ...connectors.flatMap((name) => [directoryKeys.channel(name, '*'), directoryKeys.connector(name)]),
  ...[directoryKeys.apiKey('*'), directoryKeys.room(), '>'],
];
const watching = [
  ...watchedKeys.map(
    (key): Probe => ({
      subject: `$JS.API.CONSUMER.CREATE.KV_directory.watch_1.${kv(key)}`,
      allowed: ({ directory = [] }) => directory.some((filter) => matches(filter, key)),
    }),
  ),
  ...services.map(
    (owner): Probe => ({
      subject: `$JS.API.CONSUMER.CREATE.KV_owners.watch_1.$KV.owners.${owner}.>`,
      allowed: ({ leases: has }, service) => has === true && owner === service,
    }),
  ),
];

const objects = Object.values(objectStores).flatMap((store): Probe[] => {
  const may =
    (...actions: readonly ('write' | 'remove')[]) =>
    (rights: ServiceRights) =>
      (rights.objects ?? []).some((one) => one.store === store && actions.some((action) => one[action] === true));
  return [
    { subject: `$O.${store}.C.nuid`, allowed: may('write') },
    { subject: `$O.${store}.M.name`, allowed: may('write', 'remove') },
  ];
});

const probes = [...publishing, ...leases, ...reading, ...everything, ...watching, ...objects];

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

/** Does a pattern cover a subject, or another pattern? */
function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split('.'), subject.split('.')];
  for (const [at, token] of wanted.entries()) {
    if (token === '>') return given.length > at;
    if (given[at] === undefined || given[at] === '>') return false;
    if (token !== '*' && token !== given[at]) return false;
  }
  return wanted.length === given.length;
}

function kv(key: string): string {
  return `$KV.directory.${key}`;
}
