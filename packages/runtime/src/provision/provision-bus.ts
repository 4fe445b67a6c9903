import { JetStreamApiError, type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type BusPlan, busTable, type WantedStream } from './bus-table.ts';

/** What {@link provisionBus} did. */
export interface BusProvisioned {
  readonly made: readonly string[];
  readonly changed: readonly string[];
  /** Streams on the server that nobody of this installation wants (a connector that is gone): left as they are. */
  readonly left: readonly string[];
}

const streamNotFound = 10_059;
const noRoom = 10_047;

/**
 * Makes and updates every stream, bucket and object store; safe to repeat, deletes nothing. Called by `scripts/infra`, and
 * by tests that want a bus. Throws, with the stream's name, when the server refuses.
 */
export async function provisionBus(nats: NatsConnection, plan: BusPlan): Promise<BusProvisioned> {
  const manager = await jetstreamManager(nats, { checkAPI: false, timeout: 10_000 });
  const table = busTable(plan);
  // One after the other: INGRESS has TIMERS as a source, and the table is in that order.
  const made: string[] = [];
  const changed: string[] = [];
  for (const wanted of table) {
    const result = await provisionStream(manager, wanted);
    if (result === 'made') made.push(wanted.name);
    if (result === 'changed') changed.push(wanted.name);
  }
  const names = new Set(table.map(({ name }) => name));
  const left: string[] = [];
  for await (const name of manager.streams.names()) if (!names.has(name)) left.push(name);
  return { made, changed, left };
}

async function provisionStream(
  manager: JetStreamManager,
  wanted: WantedStream,
): Promise<'made' | 'changed' | 'as it was'> {
  try {
    const present = await configOf(manager, wanted.name);
    if (present === undefined) {
      await manager.streams.add(wanted);
      return 'made';
    }
    if (isAsWanted(present, wanted)) return 'as it was';
    await manager.streams.update(wanted.name, { ...present, ...wanted });
    return 'changed';
  } catch (cause) {
    const remedy = codeOf(cause) === noRoom ? ': give the NATS server more room, or lower BUS_BYTES' : '';
    throw new Error(`The stream ${wanted.name} cannot be provided${remedy}`, { cause });
  }
}

async function configOf(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (codeOf(error) === streamNotFound) return undefined;
    throw error;
  }
}

/** The server adds fields of its own, so only ours are compared. */
function isAsWanted(present: StreamConfig, wanted: WantedStream): boolean {
  const of = (config: object, name: string) => JSON.stringify(Reflect.get(config, name) ?? defaultOf(name));
  return Object.keys(wanted).every((name) => of(present, name) === of(wanted, name));
}

/** What the server leaves out when it is nothing. */
function defaultOf(name: string): unknown {
  return name === 'max_age' ? 0 : false;
}

function codeOf(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}
