import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  ApiKeyEntry,
  directoryKeys,
  natsPermissions,
  SealingServiceDefinition,
  SignInServiceDefinition,
  TenantEntry,
} from '@trunkline/contracts';
import {
  type CallContext,
  createDirectoryWriter,
  createHttpServer,
  createLogger,
  createMetrics,
  defineService,
  type FileStore,
  innerTokenHash,
  openSockets,
  provisionBus,
  type RpcDefinition,
  startService,
} from '@trunkline/runtime';
import { startServers, until } from '@trunkline/testkit';
import { z } from 'zod';
import { publicServices } from '../public-methods.ts';
import { gateway } from '../service.ts';

/** A call that came to a service behind the gateway. */
export interface ArrivedCall {
  readonly method: string;
  readonly request: unknown;
  readonly tenantScope: string;
}

/** A call that came to a connector. */
export interface HookCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export const administratorKey = 'administrator-key-of-the-test';
export const filesKey = 'files-key-of-the-test';

/** A gateway as its own user; the services behind it are played by the test, and remember what arrives. */
export interface Surroundings extends AsyncDisposable {
  /** `http://host:port`, and `host:port` of gRPC. */
  readonly url: string;
  readonly grpc: string;
  readonly arrived: ArrivedCall[];
  /** What a method answers or throws, by `Service/Method`; all others answer nothing. */
  readonly answers: Map<string, (request: never) => unknown>;
  readonly hookCalls: HookCall[];
  readonly files: FileStore;
  /** Makes an API key of a tenant and waits until it works. */
  key(tenantId: string, more?: { isRevoked?: boolean; isTenantOff?: boolean }): Promise<string>;
}

const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', GRPC_PORT: '0', HTTP_PORT: '0', LOG_LEVEL: 'silent' };
const rootService = defineService({
  ...{ name: 'test', config: z.object({}), uses: { bus: true, files: true } },
  start: async () => {},
});

/** Starts NATS, the gateway with further settings, and everybody behind it. */
export async function startSurroundings(more: Readonly<Record<string, string>> = {}): Promise<Surroundings> {
  await using started = new AsyncDisposableStack();
  const natsUsers = [{ user: 'gateway', password: 'own', permissions: natsPermissions('gateway', []) }];
  const servers = started.use(await startServers({ nats: true, own: true, natsUsers }));
  const root = started.use(startService(rootService, { ...quiet, NATS_URL: servers.natsUrl }));
  const { nats, bus, files } = (await root.ready).runtime;
  await provisionBus(nats, { connectors: [] });
  const writer = createDirectoryWriter(nats, bus);

  const arrived: ArrivedCall[] = [];
  const answers: Surroundings['answers'] = new Map();
  const behind = started.use(startService(peerService(arrived, answers), { ...quiet, ...tokenHashes }));
  const peer = (await behind.ready).addresses.grpc ?? '';
  const names = [...new Set([...publicServices.map((service) => service.peer), 'sealer'])];
  const hookCalls: HookCall[] = [];
  const telegram = await startConnector(started, hookCalls);
  const webchat = await startSocketConnector(started);
  const running = started.use(
    startService(gateway, {
      ...{ ...quiet, NATS_URL: servers.natsUrlOf('gateway'), INNER_TOKEN: 'gateway-token' },
      PEERS: names.map((name) => `${name}=${peer}`).join(','),
      CONNECTORS: `telegram=${telegram},webchat=${webchat},viber=http://127.0.0.1:1,max=http://127.0.0.1:1|${telegram}`,
      ...{ ADMINISTRATOR_KEY: administratorKey, FILES_KEY: filesKey, PUBLIC_URL: 'https://hub.example', ...more },
    }),
  );
  const { addresses, runtime } = await running.ready;
  const all = started.move();
  return {
    ...{ url: addresses.http ?? '', grpc: addresses.grpc ?? '', arrived, answers, hookCalls, files },
    key: async (tenantId, { isRevoked = false, isTenantOff = false } = {}) => {
      const key = `tk_${randomUUID()}`;
      const hash = createHash('sha256').update(key).digest('hex');
      const tenant = TenantEntry.encode(TenantEntry.fromPartial({ id: tenantId, isActive: !isTenantOff })).finish();
      await writer.publishEntry(directoryKeys.tenant(tenantId), tenant);
      const entry = ApiKeyEntry.encode({ id: randomUUID(), tenantId, isActive: !isRevoked }).finish();
      await writer.publishEntry(directoryKeys.apiKey(hash), entry);
      await until(() => runtime.directory.apiKey(hash) && runtime.directory.tenant(tenantId));
      return key;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const tokenHashes = { INNER_TOKENS: `gateway=${innerTokenHash('gateway-token')}` };

/** Every service behind the gateway in one. */
function peerService(arrived: ArrivedCall[], answers: Surroundings['answers']) {
  const inner = [SealingServiceDefinition, SignInServiceDefinition];
  const definitions = [...publicServices.map(({ definition }) => definition), ...inner];
  const methodsOf = (definition: RpcDefinition) =>
    Object.entries(definition.methods).map(([name, method]) => {
      const short = `${definition.name}/${method.name}`;
      const take = async (request: never, { tenantScope }: CallContext) => {
        arrived.push({ method: short, request, tenantScope });
        return (await answers.get(short)?.(request)) ?? {};
      };
      const stream = async function* (request: never, context: CallContext) {
        yield await take(request, context);
      };
      return [name, method.responseStream ? stream : take] as const;
    });
  return defineService({
    ...{ name: 'peer', config: z.object({}), uses: { rpc: true } },
    start: async ({ rpc }) => {
      for (const each of definitions) rpc.addService<RpcDefinition>(each, Object.fromEntries(methodsOf(each)) as never);
    },
  });
}

/** A connector with a hook: says what it got. */
async function startConnector(started: AsyncDisposableStack, calls: HookCall[]): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    calls.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    response.writeHead(request.url?.includes('teapot') ? 418 : 200, { 'content-type': 'text/plain', 'x-own': 'yes' });
    response.end(Buffer.from([0, 255, 10]));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  started.defer(async () => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A connector with a door of its own: echoes frames. */
async function startSocketConnector(started: AsyncDisposableStack): Promise<string> {
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const http = createHttpServer({ log, metrics: createMetrics({ service: 'test', measuresProcess: false }) });
  openSockets(http, () => {}).on('/widget/v1/socket', async (socket) => {
    await socket.send(`${socket.query.channel}`);
    for await (const frame of socket.frames) await socket.send(`echo ${frame}`);
  });
  http.get('/widget/v1/frame', async () => 'a frame');
  await http.listen({ host: '127.0.0.1', port: 0 });
  started.defer(() => http.close());
  return `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`;
}
