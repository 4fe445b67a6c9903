import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryRecord, streams, subjects } from '@trunkline/contracts';
import { startServers } from '@trunkline/testkit';
import { provisionBus } from '../../provision/provision-bus.ts';
import { connectBus } from '../connect.ts';
import { createJetStreamLog } from '../jetstream-log.ts';
import type { LogPort } from '../ports.ts';
import { LostOwnership, openFencedLog } from './fenced-log.ts';
import { readRecorded, recordsAt } from './portal-record.ts';

async function aBus() {
  const servers = await startServers({ nats: true, own: true });
  const signal = new AbortController().signal;
  const nats = await connectBus({ url: servers.natsUrl, service: 'delivery', instance: 'test', signal });
  await provisionBus(nats, { connectors: [] });
  const close = async () => {
    await nats.close();
    await servers.stop();
  };
  return { servers, log: createJetStreamLog(nats, { inboxPrefix: '_INBOX_delivery' }), [Symbol.asyncDispose]: close };
}

function openAs(owner: string, log: LogPort) {
  return openFencedLog<DeliveryRecord>({ ...recordsAt(log, 3), owner, signal: AbortSignal.timeout(30_000) });
}

function body(lowSequence: number, portalIds: readonly string[]) {
  const cursors = portalIds.flatMap((portalId) => DeliveryRecord.fromPartial({ cursors: [{ portalId }] }).cursors);
  return { lane: 3, format: 1, attempts: [], cursors, at: undefined, lowSequence, feedSequence: lowSequence };
}

test('on a real server: records come back in order, a former owner is refused, a restart loses nothing', async () => {
  await using bus = await aBus();
  const first = openAs('a', bus.log);
  await first.takeOver(() => body(0, ['p1']));
  for (let low = 1; low <= 300; low += 1) await first.append(body(low, [`p${low % 7}`]));
  await bus.servers.restart('nats');
  await first.append(body(301, ['p9']));

  const second = openAs('b', bus.log);
  let seen = 0;
  await second.takeOver((records) => {
    seen = records.length;
    return body(records.at(-1)?.lowSequence ?? -1, ['p1']);
  });
  assert.equal(seen, 302);
  await assert.rejects(first.append(body(302, [])), LostOwnership);
  assert.deepEqual([first.epoch, second.epoch], [1, 2]);

  await second.append(body(303, ['p2']));
  const { owner, lowSequence, cursors } = await readRecorded(bus.log, 3);
  assert.deepEqual([owner, lowSequence], ['b', 303]);
  assert.deepEqual(cursors.map(({ portalId }) => portalId).toSorted(), ['p1', 'p2']);
  assert.equal((await bus.log.lastOf(streams.deliveries, subjects.deliveries(3)))?.sequence, second.sequence);
});
