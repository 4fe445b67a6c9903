import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Servers, startServers } from '@trunkline/testkit';
import { createLogger } from '../log.ts';
import { connectStore, type Store } from './store.ts';

const database = 'indexes_test';
const mongoUsers = [
  { name: 'owner', password: 'own', roles: [{ role: 'dbOwner', db: database }] },
  { name: 'reader', password: 'read', roles: [{ role: 'read', db: database }] },
];
const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
const { signal } = new AbortController();

let servers: Servers;
let store: Store;

const storeOf = (user: string) =>
  connectStore({ url: servers.mongoUrlOf(user), database, appName: 'test', log, signal });

before(async () => {
  servers = await startServers({ mongo: true, own: true, mongoUsers });
  store = await storeOf('owner');
});
after(async () => {
  await store?.close();
  await servers?.stop();
});

test('an index is made once, however often it is provided', async () => {
  for (const _ of [1, 2]) await store.provideIndex('things', { a: 1, b: -1 }, { unique: true });
  const made = await store.collection('things').indexes();
  assert.deepEqual(
    made.map(({ key, unique = false }) => [key, unique]),
    [
      [{ _id: 1 }, false],
      [{ a: 1, b: -1 }, true],
    ],
  );
});

test('an index that forgets is given its new time', async () => {
  for (const expireAfterSeconds of [60, 90]) await store.provideIndex('kept', { at: 1 }, { expireAfterSeconds });
  const [, made] = await store.collection('kept').indexes();
  assert.equal(made?.expireAfterSeconds, 90);
});

test('an index that is there in another form is refused at once, with what to do', async () => {
  await store.provideIndex('others', { a: 1 });
  await assert.rejects(store.provideIndex('others', { a: 1 }, { unique: true }), {
    ...{ code: 'failed_precondition', message: /^the index {"a":1} of others .* remove it \(dropIndex\)/ },
  });
});

test('an index that the user may not make is refused at once, with what to do', async () => {
  const reader = await storeOf('reader');
  try {
    await assert.rejects(reader.provideIndex('things', { c: 1 }), {
      ...{
        code: 'permission_denied',
        message: /^MongoDB does not let us make the index {"c":1} of things: give the user/,
      },
    });
  } finally {
    await reader.close();
  }
});
