import { coreServices } from '../../packages/contracts/src/index.ts';
import { Problem } from '../../packages/testkit/src/servers/fetch/problem.mjs';
import { freePort, isFree } from '../../packages/testkit/src/servers/ports.ts';
import type { Instance } from './environments.ts';

/** The gateway's usual ports: the only public ones. */
const usual = { http: 8080, grpc: 50_051 };

/** The instances to start: one of each service, more where `scale` says so. The gateway may get the usual ports, if they are free. */
export async function planInstances(
  connectors: readonly string[],
  scale: Readonly<Record<string, number>>,
  hasUsualPorts: boolean,
): Promise<Instance[]> {
  const services = [...coreServices, ...connectors];
  const unknown = Object.keys(scale).find((name) => !services.includes(name));
  if (unknown !== undefined) throw new Problem(`There is no service ${unknown}: say one of ${services.join(', ')}`);
  const planned: Instance[] = [];
  for (const service of services) {
    for (let number = 1; number <= (scale[service] ?? 1); number += 1) {
      const isDoor = hasUsualPorts && service === 'gateway' && number === 1;
      const http = isDoor && (await isFree(usual.http)) ? usual.http : await freePort();
      const grpc = isDoor && (await isFree(usual.grpc)) ? usual.grpc : await freePort();
      planned.push({ service, number, ports: { http, grpc, metrics: await freePort() } });
    }
  }
  return planned;
}
