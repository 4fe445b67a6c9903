import { startTcpProxy, type TcpProxy } from '../../packages/testkit/src/index.ts';
import type { Instance } from '../up/environments.ts';

/** The wires between the parts of an installation, by name: `delivery-2 → nats`. Each can be made bad. */
export interface Wires extends AsyncDisposable {
  readonly byName: ReadonlyMap<string, TcpProxy>;
}

/**
 * Puts a wire between each instance and the NATS and MongoDB that it uses, between the gateway and the connectors, and
 * between delivery and the sealer; changes the environments so that they are used. Kafka has none: it tells its clients
 * itself where to connect.
 */
export async function layWires(environments: ReadonlyMap<Instance, Record<string, string>>): Promise<Wires> {
  const byName = new Map<string, TcpProxy>();
  const through = async (text: string, nameOf: (port: string) => string | undefined): Promise<string> => {
    let changed = text;
    for (const [address, port = ''] of text.matchAll(/127\.0\.0\.1:(\d+)/g)) {
      const name = nameOf(port);
      if (name === undefined) continue;
      const wire = byName.get(name) ?? (await startTcpProxy(Number(port)));
      byName.set(name, wire);
      changed = changed.replace(address, `127.0.0.1:${wire.port}`);
    }
    return changed;
  };
  const grpcPorts = new Map([...environments.keys()].map(({ service, ports }) => [String(ports.grpc), service]));
  const httpPorts = new Map(
    [...environments.keys()].map(({ service, number, ports }) => [String(ports.http), `${service}-${number}`]),
  );
  for (const [{ service, number }, environment] of environments) {
    const from = `${service}-${number}`;
    const { NATS_URL, MONGO_URL, PEERS, CONNECTORS } = environment;
    if (NATS_URL !== undefined) environment.NATS_URL = await through(NATS_URL, () => `${from} → nats`);
    if (MONGO_URL !== undefined) environment.MONGO_URL = await through(MONGO_URL, () => `${from} → mongo`);
    if (service === 'gateway' && CONNECTORS !== undefined) {
      environment.CONNECTORS = await through(CONNECTORS, (port) => `${from} → ${httpPorts.get(port)}`);
    }
    if (service === 'delivery' && PEERS !== undefined) {
      environment.PEERS = await through(PEERS, (port) =>
        grpcPorts.get(port) === 'sealer' ? `${from} → sealer` : undefined,
      );
    }
  }
  return {
    byName,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...byName.values()].map((wire) => wire[Symbol.asyncDispose]()));
    },
  };
}
