import { type KafkaDoor, startTcpProxy, type TcpProxy } from '../../packages/testkit/src/index.ts';
import { freePort } from '../../packages/testkit/src/servers/ports.ts';
import type { Instance } from '../up/environments.ts';
import { peersOf } from './peers.ts';

/** The wires between the parts of an installation, by name: `delivery-2 → nats`. Each can be made bad. */
export interface Wires extends AsyncDisposable {
  readonly byName: ReadonlyMap<string, TcpProxy>;
  /**
   * Puts a wire before each address of this machine in a text that `toOf` has a name for, and gives the text with the wires'
   * addresses instead. What is already joined to what keeps its wire.
   */
  through(from: string, text: string, toOf: (port: number) => string | undefined): Promise<string>;
}

/** Starts with none. */
export function createWires(): Wires {
  const byName = new Map<string, TcpProxy>();
  const address = /127\.0\.0\.1:(\d+)/g;
  return {
    byName,
    through: async (from, text, toOf) => {
      const ports = new Map<string, number>();
      for (const [, port = ''] of text.matchAll(address)) {
        const to = toOf(Number(port));
        if (to === undefined) continue;
        const name = `${from} → ${to}`;
        const wire = byName.get(name) ?? (await startTcpProxy(Number(port)));
        byName.set(name, wire);
        ports.set(port, wire.port);
      }
      return text.replaceAll(address, (_, port: string) => `127.0.0.1:${ports.get(port) ?? port}`);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...byName.values()].map((wire) => wire[Symbol.asyncDispose]()));
    },
  };
}

/** Settings that tell an instance where others are. */
const settings = ['NATS_URL', 'MONGO_URL', 'PEERS', 'CONNECTORS'] as const;

/** What instances connect to beside each other. */
export interface Servers {
  readonly natsUrl: string;
  readonly mongoUrl: string;
  /** As {@link kafkaDoorsOf} made them, and Kafka was started with them. */
  readonly doors: ReadonlyMap<string, KafkaDoor>;
}

/** Puts a wire between each instance and every server, service and connector that it connects to; changes the environments. */
export async function joinByWires(
  wires: Wires,
  environments: ReadonlyMap<Instance, Record<string, string>>,
  servers: Servers,
): Promise<void> {
  const instances = [...environments.keys()];
  const places = placesOf(instances, servers);
  for (const [instance, environment] of environments) {
    const callable = peersOf(
      instance.service,
      instances.map(({ service }) => service),
    );
    const door = servers.doors.get(nameOf(instance));
    if (door !== undefined) environment.KAFKA_BROKERS = `127.0.0.1:${door.advertisedPort}`;
    for (const setting of settings) {
      const text = environment[setting];
      if (text === undefined) continue;
      environment[setting] = await wires.through(nameOf(instance), text, (port) => {
        const place = places.get(port);
        // Everybody is told where all are; a wire that nobody may use would prove nothing.
        return setting !== 'PEERS' || callable.has(place?.service ?? '') ? place?.name : undefined;
      });
    }
  }
}

/** Clients of Kafka connect where it tells them: so each instance that is one has a door of its own, by name, with its wire before it. */
export async function kafkaDoorsOf(wires: Wires, instances: readonly Instance[]): Promise<Map<string, KafkaDoor>> {
  const doors = new Map<string, KafkaDoor>();
  for (const client of instances.filter(({ service }) => service === 'audit')) {
    const port = await freePort();
    const wired = await wires.through(nameOf(client), `127.0.0.1:${port}`, () => 'kafka');
    doors.set(nameOf(client), { port, advertisedPort: Number(wired.split(':')[1]) });
  }
  return doors;
}

/** Who listens where. Pure. */
function placesOf(instances: readonly Instance[], servers: Servers) {
  const natsPorts = portsIn(servers.natsUrl);
  const natsName = (index: number) => (natsPorts.length === 1 ? 'nats' : `nats-${index + 1}`);
  return new Map<number, { readonly name: string; readonly service: string }>([
    ...natsPorts.map((port, index) => [port, { name: natsName(index), service: 'nats' }] as const),
    ...portsIn(servers.mongoUrl).map((port) => [port, { name: 'mongo', service: 'mongo' }] as const),
    ...instances.flatMap((each) => {
      const place = { name: nameOf(each), service: each.service };
      return [[each.ports.grpc, place] as const, [each.ports.http, place] as const];
    }),
  ]);
}

function portsIn(text: string): number[] {
  return [...text.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

function nameOf({ service, number }: Instance): string {
  return `${service}-${number}`;
}
