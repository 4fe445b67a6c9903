import { bucketStream, buckets, lanes } from '../../packages/contracts/src/index.ts';
import { type LogPort, openLags } from '../../packages/runtime/src/index.ts';

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

/** The slowest reader of each lane; empty where all have read everything. Rejects with `unavailable`. */
export async function seeLags(bus: LogPort, connectors: readonly string[], nowMs: number): Promise<SeenLag[]> {
  const all = await openLags(bus, connectors)(nowMs);
  return lanes.map((lane) => {
    const nothing = { lane, slowest: '', lagMs: 0 };
    const own = all.filter((lag) => lag.lane === lane);
    return own.reduce(
      (most, { reader, lagMs }) => (lagMs > most.lagMs ? { lane, slowest: reader, lagMs } : most),
      nothing,
    );
  });
}
