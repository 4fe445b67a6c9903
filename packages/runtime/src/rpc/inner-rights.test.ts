import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AuditServiceDefinition,
  ConnectorServiceDefinition,
  ContactServiceDefinition,
  coreServices,
  DeliveryServiceDefinition,
  DirectoryServiceDefinition,
  MessageServiceDefinition,
  mayCall,
  PortalServiceDefinition,
  rightsOf,
  SealingServiceDefinition,
  SignInServiceDefinition,
} from '@trunkline/contracts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { secret } from '../secret.ts';
import { createTracing } from '../tracing.ts';
import { createRpcClients } from './clients.ts';
import { innerAccess, innerTokenHash } from './inner-access.ts';
import { createRpcServer, type ListeningRpcServer } from './server.ts';

const connectors = ['telegram', 'viber'];
const services: readonly string[] = [...coreServices, ...connectors];
const definitions = [
  ...[AuditServiceDefinition, ConnectorServiceDefinition, ContactServiceDefinition, DeliveryServiceDefinition],
  ...[DirectoryServiceDefinition, MessageServiceDefinition, PortalServiceDefinition, SealingServiceDefinition],
  SignInServiceDefinition,
];
type Definition = (typeof definitions)[number];
type Method = { readonly name: string; readonly responseStream: boolean };

let server: ListeningRpcServer;
let port: number;

before(async () => {
  server = createRpcServer({
    log: createLogger({ service: 'all', instance: 'one', level: 'silent' }),
    metrics: createMetrics({ service: 'all', measuresProcess: false }),
    tracing: createTracing({ service: 'all', instance: 'one', ratio: 0 }),
    now: Date.now,
    access: innerAccess({ tokenHashes: new Map(services.map((name) => [name, innerTokenHash(name)])), mayCall }),
    descriptors: () => Buffer.alloc(0),
  });
  for (const definition of definitions) server.addService(definition, willing(definition) as never);
  port = await server.listen('127.0.0.1', 0);
});
after(() => server.close(100));

/** Every method answers with nothing: what is asked here is who gets so far. */
function willing({ methods }: Definition): object {
  const entries = Object.entries<Method>(methods).map(([name, { responseStream }]) => [
    name,
    responseStream ? async function* () {} : async () => ({}),
  ]);
  return Object.fromEntries(entries);
}

async function codeOf(client: object, name: string, { responseStream }: Method): Promise<string> {
  try {
    const answer = Reflect.get(client, name).call(client, {}, { tenant: '*' });
    if (responseStream) for await (const _ of answer);
    else await answer;
    return 'let';
  } catch (error) {
    return String(Reflect.get(error as object, 'code'));
  }
}

for (const service of services) {
  test(`${service}: every method of every service`, async (t) => {
    const identity = { service, token: secret(service) };
    const clients = createRpcClients({ identity, addressOf: () => `127.0.0.1:${port}` });
    t.after(() => clients.close());
    const allowed = rightsOf(service, connectors).calls ?? [];
    for (const definition of definitions) {
      const client = clients.of(definition as typeof SealingServiceDefinition, 'all');
      for (const [name, method] of Object.entries<Method>(definition.methods)) {
        const isAllowed = [`${definition.name}/${method.name}`, `${definition.name}/*`].some((call) =>
          allowed.includes(call),
        );
        const code = await codeOf(client, name, method);
        assert.equal(code, isAllowed ? 'let' : 'permission_denied', `${service} calls ${definition.name}/${name}`);
      }
    }
  });
}
