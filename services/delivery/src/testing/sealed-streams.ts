import { headers, laneOf, objectStores, objectStream, SealedBatch, subjects } from '@trunkline/contracts';
import { createOverflowing, type KeyedHead, openOverflowStore, type Runtime } from '@trunkline/runtime';
import { createStream, type EventParts } from './stream.ts';

type Bus = Runtime<unknown>['bus'];
type Nats = Runtime<unknown>['nats'];

/** Portals' streams in OUTBOX, as the sealer writes them: whole, or above a portal's share as what refers to them. */
export function sealedStreams(nats: Nats, bus: Bus) {
  const portals = new Map<string, ReturnType<typeof oneStream>>();
  return (portalId: string, tenantId: string) => {
    const known = portals.get(portalId) ?? oneStream({ portalId, tenantId }, nats, bus);
    portals.set(portalId, known);
    return known;
  };
}

function oneStream(
  { portalId, tenantId }: { readonly portalId: string; readonly tenantId: string },
  nats: Nats,
  bus: Bus,
) {
  const lane = laneOf(tenantId);
  const subject = subjects.outbox(lane, portalId);
  const stream = createStream({ portalId, tenantId });
  let isOver = false;
  let head: KeyedHead = { revision: 0, position: undefined, last: undefined };
  const overflowing = createOverflowing({
    ...{ store: openOverflowStore(nats, bus), share: { isOver: async () => isOver } },
    ...{ now: () => performance.now(), onOverflowed: () => {} },
    onRefused: (error) => {
      throw error;
    },
  });
  return {
    add: async (count: number, parts: EventParts, overflows: boolean): Promise<number[]> => {
      const { events, stored } = stream.seal(count, parts);
      const data = SealedBatch.encode({ portalId, tenantId, events: [...events], overflow: undefined }).finish();
      const own = { [headers.sequence]: String(events.at(-1)?.sequence) };
      isOver = overflows;
      const position = { sequence: 1, index: 0, output: 0 };
      const [entry] = await overflowing.place({ lane, portalId, subject }, head, [{ data, position, headers: own }]);
      if (entry === undefined) throw new Error('one was given');
      const { sequence } = await bus.publish(subject, entry.data, entry.headers ? { headers: entry.headers } : {});
      const header = (name: string) => entry.headers?.[name];
      head = { revision: sequence, position, last: { sequence, subject, data: entry.data, storedAtMs: 0, header } };
      stored();
      return events.map((event) => event.sequence);
    },
  };
}

/** Overwrites each object of a portal by another one; the function that is given puts the first back. */
export async function damageObjects(nats: Nats, bus: Bus, subject: string): Promise<() => Promise<void>> {
  const stream = objectStream(objectStores.overflow);
  const info = await nats.request(
    `$JS.API.STREAM.INFO.${stream}`,
    JSON.stringify({ subjects_filter: `$O.${objectStores.overflow}.M.>` }),
  );
  const names = Object.keys(info.json<{ state: { subjects?: Record<string, number> } }>().state.subjects ?? {});
  const own = names.filter((name) =>
    Buffer.from(name.split('.').at(-1) ?? '', 'base64url')
      .toString()
      .startsWith(`${subject}/`),
  );
  const former = await Promise.all(own.map(async (name) => ({ name, meta: await bus.lastOf(stream, name) })));
  for (const { name, meta } of former) {
    const told = JSON.parse(Buffer.from(meta?.data ?? []).toString()) as object;
    await bus.publish(name, Buffer.from(JSON.stringify({ ...told, nuid: 'nothing' })));
  }
  return async () => {
    for (const { name, meta } of former) await bus.publish(name, meta?.data ?? new Uint8Array());
  };
}
