import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPortalStore, type ShownEvent } from './portal-store.ts';

const chain = '0'.repeat(64);
const event = (sequence: string, strand = ''): ShownEvent => ({
  ...{ sequence, strand, id: sequence, type: 'message', conversationId: 'c', takenAt: '', traceparent: '', data: {} },
});

async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), 'demo-store-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('strands that are taken side by side keep each their own events with their own cursor', async () => {
  await using folder = await aFolder();
  const store = await openPortalStore(folder.path);
  store.take(event('1', '0/2'));
  store.take(event('2', '1/2'));
  const saved = await Promise.all([
    store.save({ sequence: '2', chain, strand: '1/2' }),
    store.save({ sequence: '1', chain, strand: '0/2' }),
  ]);
  assert.deepEqual(
    saved.map((events) => events.map(({ sequence }) => sequence)),
    [['2'], ['1']],
  );
  const { cursors, events } = await openPortalStore(folder.path);
  assert.deepEqual(
    cursors.map(({ strand, sequence }) => [strand, sequence]),
    [
      ['1/2', '2'],
      ['0/2', '1'],
    ],
  );
  assert.equal(events.length, 2);
});

test('an event that was taken and not saved yet is not kept with the cursor of another strand', async () => {
  await using folder = await aFolder();
  const store = await openPortalStore(folder.path);
  store.take(event('1', '0/2'));
  assert.deepEqual(await store.save({ sequence: '2', chain, strand: '1/2' }), []);
  assert.deepEqual((await openPortalStore(folder.path)).events, []);
});

test('a file of a version that knew no strands is gone on from', async () => {
  await using folder = await aFolder();
  const former = { events: [event('1')], cursor: { sequence: '1', chain } };
  await writeFile(join(folder.path, 'portal.json'), JSON.stringify(former));
  const store = await openPortalStore(folder.path);
  assert.deepEqual(store.cursors, [former.cursor]);
  store.take(event('2'));
  await store.save({ sequence: '2', chain });
  assert.deepEqual(
    (await openPortalStore(folder.path)).cursors.map(({ sequence }) => sequence),
    ['2'],
  );
});

test('a replayed event is kept beside the stream, and moves no cursor', async () => {
  await using folder = await aFolder();
  const store = await openPortalStore(folder.path);
  store.take(event('9'));
  await store.save({ sequence: '9', chain });
  await store.add({ ...event('4'), replay: '1' });
  const { cursors, events } = await openPortalStore(folder.path);
  assert.deepEqual(
    events.map(({ sequence, replay }) => [sequence, replay]),
    [
      ['9', undefined],
      ['4', '1'],
    ],
  );
  assert.deepEqual(
    cursors.map(({ sequence }) => sequence),
    ['9'],
  );
});
