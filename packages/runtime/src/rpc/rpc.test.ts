import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { Client, credentials } from '@grpc/grpc-js';
import { AuditServiceDefinition, SealingServiceDefinition } from '@trunkline/contracts';
import { createChannel, createClient, Status } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { invalidArgument, TrunklineError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { secret } from '../secret.ts';
import { createTracing } from '../tracing.ts';
import type { CallContext } from './call-context.ts';
import { createRpcClients, type RpcClients } from './clients.ts';
import { loadDescriptors } from './descriptors.ts';
import type { Implementation } from './handler.ts';
import { innerAccess, innerTokenHash } from './inner-access.ts';
import { createRpcServer } from './server.ts';

type Sealing = Implementation<typeof SealingServiceDefinition>;

async function sealer(t: TestContext, methods: Partial<Sealing>, deadlineMs = 5_000) {
  const lines: string[] = [];
  const metrics = createMetrics({ service: 'sealer', measuresProcess: false });
  const server = createRpcServer({
    log: createLogger({
      service: 'sealer',
      instance: 's',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    }),
    metrics,
    tracing: createTracing({ service: 'sealer', instance: 's', ratio: 0 }),
    now: Date.now,
    deadlineMs,
    access: innerAccess({
      tokenHashes: new Map([
        ['delivery', innerTokenHash('d')],
        ['gateway', innerTokenHash('g')],
      ]),
      mayCall: (service, method) => service === 'gateway' || method.endsWith('/GetSigningKeys'),
    }),
    descriptors: () => loadDescriptors().bytes,
  });
  const absent = async () => {
    throw new Error('not in this test');
  };
  const all = {
    ...{ seal: absent, open: absent, rotateKey: absent, revoke: absent, deleteKey: absent, listKeys: absent },
    ...{ reseal: absent, getSigningKeys: absent },
    ...methods,
  };
  server.addService(SealingServiceDefinition, all);
  server.addService(AuditServiceDefinition, { follow: endless });
  const port = await server.listen('127.0.0.1', 0);
  const clients: { close(): void }[] = [];
  t.after(async () => {
    for (const each of clients) each.close();
    await server.close(100);
  });
  const as = (service: string, token: string): RpcClients => {
    const made = createRpcClients({
      identity: { service, token: secret(token) },
      addressOf: () => `127.0.0.1:${port}`,
    });
    clients.push(made);
    return made;
  };
  return { as, lines, metrics, server, port, client: as('delivery', 'd').of(SealingServiceDefinition, 'sealer') };
}

async function* endless(_: unknown, { signal }: CallContext) {
  for (let n = 0; !signal.aborted; n += 1) yield { stream: 'FACTS', streamSequence: n, lane: 0 };
}

test('a call is answered, and the method knows who called, for whom and until when', async (t) => {
  let seen: CallContext | undefined;
  const { client, metrics } = await sealer(t, {
    getSigningKeys: async ({ portalId }, context) => {
      seen = context;
      return { keys: [{ kid: portalId, key: Buffer.from([1, 2, 3]) }] };
    },
  });
  const answer = await client.getSigningKeys({ portalId: 'p-1' }, { tenant: 't-1' });
  assert.deepEqual(answer.keys[0]?.key, Buffer.from([1, 2, 3]));
  assert.equal(answer.keys[0]?.kid, 'p-1');
  assert.equal(seen?.caller, 'delivery');
  assert.equal(seen?.tenantScope, 't-1');
  assert.ok((seen?.deadlineAtMs ?? 0) > Date.now());
  assert.match(
    await metrics.text(),
    /trunkline_rpc_server_seconds_count\{.*method="SealingService\/GetSigningKeys",code="ok"\} 1/,
  );
});

test('a caller without its token, with another token or without the right is refused', async (t) => {
  const { as } = await sealer(t, { getSigningKeys: async () => ({ keys: [] }), seal: async () => ({}) });
  const of = (service: string, token: string) => as(service, token).of(SealingServiceDefinition, 'sealer');
  await assert.rejects(of('delivery', 'wrong').getSigningKeys({}), { code: 'unauthenticated' });
  await assert.rejects(of('nobody', 'd').getSigningKeys({}), { code: 'unauthenticated' });
  await assert.rejects(of('', '').getSigningKeys({}), { code: 'unauthenticated' });
  await assert.rejects(of('delivery', 'd').seal({}), { code: 'permission_denied', retry: 'never' });
  await assert.rejects(of('gateway', 'g').seal({}), { code: 'unauthenticated' }, 'the gateway speaks for somebody');
  await of('gateway', 'g').seal({}, { tenant: '*' });
});

test('an error comes out on the other side as it was thrown, with both answers', async (t) => {
  const errors = [
    new TrunklineError('unavailable', 'lane 3 has no owner', {
      certain: true,
      retry: { afterMs: 1_500 },
      publicMessage: 'Soon.',
    }),
    invalidArgument({ field: 'portal_id', description: 'is required' }),
    new TrunklineError('portal_gone', 'portal said 410'),
  ];
  const { client } = await sealer(t, {
    getSigningKeys: async ({ portalId }) => {
      throw errors[Number(portalId)] ?? new Error('unexpected');
    },
  });
  for (const [index, { code, certain, retry, publicMessage, remedy, violations }] of errors.entries()) {
    const expected = { code, certain, retry, publicMessage, remedy, violations };
    await assert.rejects(client.getSigningKeys({ portalId: String(index) }), (error: TrunklineError) => {
      const got = Object.fromEntries(Object.keys(expected).map((key) => [key, error[key as keyof TrunklineError]]));
      assert.deepEqual(got, JSON.parse(JSON.stringify(expected)));
      return true;
    });
  }
});

test('what nobody expected is logged once and tells the public nothing', async (t) => {
  const { client, lines } = await sealer(t, {
    getSigningKeys: async () => {
      throw new Error('E11000 duplicate key');
    },
  });
  await assert.rejects(client.getSigningKeys({}), (error: TrunklineError) => {
    assert.equal(error.code, 'internal');
    assert.doesNotMatch(error.publicMessage, /E11000/);
    return true;
  });
  assert.equal(lines.filter((line) => line.includes('Call failed')).length, 1);
});

test('a method that does not end is ended by the deadline of the server, and of the client', async (t) => {
  const { client } = await sealer(t, { getSigningKeys: () => new Promise(() => {}) }, 30);
  await assert.rejects(client.getSigningKeys({}), { code: 'deadline_exceeded' });
  const patient = await sealer(t, { getSigningKeys: () => new Promise(() => {}) }, 60_000);
  await assert.rejects(patient.client.getSigningKeys({}, { deadlineMs: 30 }), { code: 'deadline_exceeded' });
});

test('a peer that is not there is unavailable', async (t) => {
  const { as, server } = await sealer(t, {});
  await server.close(0);
  await assert.rejects(as('delivery', 'd').of(SealingServiceDefinition, 'sealer').getSigningKeys({}), {
    code: 'unavailable',
  });
});

test('a stream is read as it comes; leaving it ends it, and so does the end of the service', async (t) => {
  const { as, server } = await sealer(t, {});
  const client = as('gateway', 'g').of(AuditServiceDefinition, 'audit');
  let count = 0;
  for await (const hop of client.follow({}, { tenant: '*' })) {
    assert.equal(hop.streamSequence, count);
    count += 1;
    if (count === 5) break;
  }
  const open = client.follow({}, { tenant: '*' });
  await assert.rejects(
    async () => {
      for await (const _ of open) if (count++ === 10) void server.close(1_000);
    },
    { code: 'unavailable' },
  );
});

test('anybody may ask how the server is doing and what it offers', async (t) => {
  const { port, server } = await sealer(t, {});
  const channel = createChannel(`127.0.0.1:${port}`);
  t.after(() => channel.close());
  const health = createClient(HealthDefinition, channel);
  server.setHealthy(true);
  const service = SealingServiceDefinition.fullName;
  assert.equal((await health.check({ service })).status, serving.yes);
  server.setHealthy(false);
  assert.equal((await health.check({ service: '' })).status, serving.no);
  assert.deepEqual(await offered(port), ['trunkline.audit.v1.AuditService', 'trunkline.sealing.v1.SealingService']);
});

test('who watches the health hears that it ends, and keeps nobody from hanging up', async (t) => {
  const { port, server } = await sealer(t, {});
  const channel = createChannel(`127.0.0.1:${port}`);
  t.after(() => channel.close());
  server.setHealthy(true);
  const heard: number[] = [];
  const watching = async () => {
    for await (const { status } of createClient(HealthDefinition, channel).watch({ service: '' })) {
      heard.push(status);
      server.setHealthy(false);
      if (status === serving.no) void server.close(60_000);
    }
  };
  await assert.rejects(watching, { code: Status.UNAVAILABLE, details: 'the service is ending' });
  assert.deepEqual(heard, [serving.yes, serving.no]);
});

/** Answers of the health protocol. */
const serving = { yes: 1, no: 2 };

/** Names that the reflection service tells. */
async function offered(port: number): Promise<string[]> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const bytes = (each: Buffer) => each;
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const call = client.makeBidiStreamRequest(path, bytes, bytes);
  call.on('error', () => {});
  // ServerReflectionRequest: list_services, field 7, is "*".
  call.write(Buffer.from([0x3a, 1, 0x2a]));
  const [answer] = (await once(call, 'data')) as [Buffer];
  call.end();
  client.close();
  return [...answer.toString().matchAll(/trunkline\.\w+\.v1\.\w+/g)].map(([name]) => name).sort();
}
