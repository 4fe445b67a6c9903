import { bucketStream, buckets, lanes, messageSubjects } from '../../packages/contracts/src/index.ts';
import { type Reader, readersOf } from '../../packages/runtime/src/bus/readers.ts';
import type { LogPort } from '../../packages/runtime/src/index.ts';

/** Who works a service's lanes. */
export interface SeenLanes {
  readonly service: string;
  /** Instance by lane; empty where nobody has it. */
  readonly owners: readonly string[];
}

/** How far readers are behind in one lane. */
export interface SeenLag {
  readonly lane: number;
  /** The reader that is furthest behind; empty when all have read everything. */
  readonly slowest: string;
  /** Age of the oldest message that it has not read, in milliseconds. */
  readonly lagMs: number;
}

/** Owners by lane, from the leases. Rejects with `unavailable`. */
export async function seeLanes(bus: LogPort, services: readonly string[]): Promise<SeenLanes[]> {
  const stream = bucketStream(buckets.owners);
  return await Promise.all(
    services.map(async (service) => {
      const leases = await Promise.all(
        lanes.map((lane) => bus.lastOf(stream, `$KV.${buckets.owners}.${service}.${lane}`)),
      );
      return { service, owners: leases.map((lease) => (lease === undefined ? '' : ownerOf(lease.data, service))) };
    }),
  );
}

/** A lease holds the instance's id and its life, `<instance> <life>`; a released one nothing. */
function ownerOf(token: Uint8Array, service: string): string {
  const [owner = ''] = Buffer.from(token).toString().split(' ');
  return owner.startsWith(`${service}-`) ? owner.slice(service.length + 1) : owner;
}

/** The slowest reader of each lane. Rejects with `unavailable`. */
export async function seeLags(bus: LogPort, connectors: readonly string[], nowMs: number): Promise<SeenLag[]> {
  const readers = readersOf(connectors).filter(({ name }) => !name.endsWith('taking over'));
  return await Promise.all(
    lanes.map(async (lane) => {
      const lags = await Promise.all(readers.map((reader) => lagOf(bus, reader, { lane, nowMs })));
      return lags.reduce((most, one) => (one.lagMs > most.lagMs ? one : most), { lane, slowest: '', lagMs: 0 });
    }),
  );
}

async function lagOf(
  bus: LogPort,
  { name, stream, at, passed }: Reader,
  { lane, nowMs }: { readonly lane: number; readonly nowMs: number },
): Promise<SeenLag> {
  const place = at(lane);
  const last = await bus.lastOf(place.stream, place.subject);
  // The position of a stage and of a keyed log lies inside a message, and then says that the one before is passed.
  const isInside = name === 'normalizer' || name === 'sealer' || name.startsWith('dispatch');
  const from = (last === undefined ? 0 : passed(last)) + (last !== undefined && isInside ? 2 : 1);
  const unread = await Promise.all(messageSubjects(stream, lane).map((subject) => bus.nextOf(stream, subject, from)));
  const oldest = unread.flatMap((message) => (message === undefined ? [] : [message.storedAtMs]));
  return { lane, slowest: name, lagMs: oldest.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...oldest)) };
}
