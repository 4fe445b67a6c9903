import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { connectorService } from '@trunkline/adapter-kit';
import { connectorKey, innerTokenHash, provision, secretsKey, startService } from '@trunkline/runtime';
import { type DoubleRequest, type Reaction, startHttpDouble, startServers, until } from '@trunkline/testkit';
import { apiOf } from '../../../scripts/up/api.ts';
import { directory } from '../../../services/directory/src/service.ts';
import { gateway } from '../../../services/gateway/src/service.ts';
import { sampleFolder } from '../../adapter-kit/src/testing/surroundings.ts';

const connector = 'signed';
const administratorKey = 'administrator-key-of-the-test';
const quiet = { BIND_ADDRESS: '127.0.0.1', METRICS_PORT: '0', LOG_LEVEL: 'silent' };

const all = new AsyncDisposableStack();
let hub: string;
let platform: Awaited<ReturnType<typeof startPlatform>>;
before(async () => {
  platform = all.use(await startPlatform());
  hub = await startHub();
});
after(() => all.disposeAsync());

/** What the directory answers, as far as these stories look. */
interface Seen {
  readonly id: string;
  readonly authorizeUrl: string;
  readonly state: string;
  readonly reason: string;
  readonly accounts: readonly { readonly name: string; readonly code?: string }[];
  readonly channels: readonly { readonly name: string }[];
}

const api = async (method: string, request: object) => await apiOf(hub, administratorKey)<Seen>(method, request);

/** A platform where people have pages: who agrees gets a code, once, and pages call their hook when it is set. */
async function startPlatform() {
  const codes = new Map<string, { readonly challenge: string; readonly app: string }>();
  const hooks: { readonly url: string; readonly status: number }[] = [];
  const told = { refuses: false, lacksRight: false };
  const agree = (query: URLSearchParams): Reaction => {
    const code = randomUUID();
    codes.set(code, { challenge: query.get('code_challenge') ?? '', app: query.get('app') ?? '' });
    const answer = told.refuses ? { error: 'access_denied' } : { code };
    const back = new URLSearchParams({ ...answer, state: query.get('state') ?? '' });
    return { status: 302, headers: { location: `${query.get('redirect_uri')}?${back}` } };
  };
  const exchange = ({ code, codeVerifier, secret }: Record<string, string>): Reaction => {
    const known = codes.get(code ?? '');
    codes.delete(code ?? '');
    const challenge = createHash('sha256')
      .update(codeVerifier ?? '')
      .digest('base64url');
    if (known?.challenge !== challenge || secret !== 'of the app') return { status: 400 };
    if (told.lacksRight) return { status: 403, body: 'the right to read messages was not given' };
    return {
      status: 200,
      body: { pages: ['1', '2', '3'].map((id) => ({ id, name: `Page ${id}`, token: `token ${id}` })) },
    };
  };
  const double = await startHttpDouble(async ({ url, body }: DoubleRequest): Promise<Reaction> => {
    if (url.pathname === '/agree') return agree(url.searchParams);
    const asked = JSON.parse(body.toString()) as Record<string, string>;
    if (url.pathname === '/code') return exchange(asked);
    const id = asked.token?.replace('token ', '') ?? '';
    if (url.pathname === '/hook') {
      const greeting = JSON.stringify({ seq: 1, from: 'the platform', text: 'are you there?' });
      const headers = { 'x-sample-token': asked.token ?? '' };
      const { status } = await fetch(asked.url ?? '', { method: 'POST', headers, body: greeting });
      hooks.push({ url: asked.url ?? '', status });
      if (status !== 200) return { status: 400 };
    }
    return { status: 200, body: { id, name: `Page ${id}` } };
  });
  return { ...double, hooks, told, [Symbol.asyncDispose]: () => double[Symbol.asyncDispose]() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((done) => server.close(() => done()));
  return port;
}

/** The three services that a signing in passes. */
async function startHub(): Promise<string> {
  const { natsUrl, mongoUrl } = all.use(await startServers({ nats: true, mongo: true, own: true }));
  const database = `signin_${randomUUID().slice(0, 8)}`;
  await provision({ natsUrl, mongoUrl, database, connectors: [connector], signal: AbortSignal.timeout(30_000) });
  const names = ['directory', 'gateway', connector] as const;
  const ports = new Map(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const [http, ownHttp] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  const master = randomBytes(32).toString('base64url');
  const key = secretsKey(master) ?? assert.fail();
  const envOf = (name: (typeof names)[number], own: Record<string, string>) => ({
    ...{ ...quiet, ...own, NATS_URL: natsUrl, MONGO_URL: mongoUrl, MONGO_DATABASE: database, PUBLIC_URL: url },
    ...{ GRPC_PORT: String(ports.get(name)), INNER_TOKEN: `${name}-token`, FILES_KEY: 'files' },
    INNER_TOKENS: names.map((each) => `${each}=${innerTokenHash(`${each}-token`)}`).join(','),
    PEERS: [...[...ports].map(([each, port]) => `${each}=127.0.0.1:${port}`), 'sealer=127.0.0.1:1'].join(','),
  });
  const secrets = connectorKey(key, connector).export().toString('base64url');
  const trusted = { ALLOW_PRIVATE_PLATFORMS: 'true', PLATFORM_HOSTS: platform.url };
  const connectorEnv = { SECRETS_KEY: secrets, ...trusted, HTTP_PORT: String(ownHttp) };
  const hosted = [
    all.use(startService(directory, envOf('directory', { CONNECTOR_SECRETS_KEY: master }))),
    all.use(startService(connectorService(connector, sampleFolder), envOf(connector, connectorEnv))),
    all.use(
      startService(
        gateway,
        envOf('gateway', {
          ...{ HTTP_PORT: String(http), ADMINISTRATOR_KEY: administratorKey },
          CONNECTORS: `${connector}=http://127.0.0.1:${ownHttp}`,
        }),
      ),
    ),
  ];
  await Promise.all(hosted.map(({ ready }) => ready));
  return url;
}

/** A tenant with a line, and a signing in that was begun there. */
async function begun() {
  const { id: tenantId } = await until(() =>
    api('DirectoryService/CreateTenant', { idempotencyKey: randomUUID(), name: 'Shop' }).catch(() => undefined),
  );
  const { id: lineId } = await api('DirectoryService/CreateLine', {
    idempotencyKey: randomUUID(),
    tenantId,
    name: 'Questions',
  });
  const settingsJson = JSON.stringify({ apiUrl: platform.url, app: '7' });
  const request = {
    idempotencyKey: randomUUID(),
    tenantId,
    lineId,
    connector,
    settingsJson,
    secrets: { appSecret: 'of the app' },
  };
  const signIn = await until(() => api('DirectoryService/BeginSignIn', request).catch(() => undefined));
  return { tenantId, signIn };
}

/** What a person reads who opens the address, answers, and is sent back. */
async function come(authorizeUrl: string) {
  const sent = await fetch(authorizeUrl, { redirect: 'manual' });
  const address = sent.headers.get('location') ?? '';
  const asked = await fetch(address);
  const text = await asked.text();
  if (!text.includes('<form method="post">')) return { status: asked.status, text, address };
  const back = await fetch(address, { method: 'POST' });
  return { status: back.status, text: await back.text(), address };
}

test('a person signs in, chooses pages, and each is a channel that its platform has spoken with', async () => {
  const { tenantId, signIn } = await begun();
  const page = await come(signIn.authorizeUrl);
  assert.equal(page.status, 200);
  assert.match(page.text, /3 accounts can now be connected for “Shop”/);
  assert.equal((await fetch(page.address)).status, 404, 'the address that they came back by works once');
  const { accounts } = await api('DirectoryService/GetSignIn', { signInId: signIn.id });
  assert.deepEqual(
    accounts.map(({ name }) => name),
    ['Page 1', 'Page 2', 'Page 3'],
  );
  const done = await api('DirectoryService/ConnectAccounts', { signInId: signIn.id, accountIds: ['1', '3'] });
  assert.deepEqual(
    done.accounts.map(({ code = '' }) => code),
    ['', ''],
  );
  const { channels } = await api('DirectoryService/ListChannels', { tenantId });
  assert.deepEqual(channels.map(({ name }) => name).toSorted(), ['Page 1', 'Page 3']);
  assert.deepEqual(
    platform.hooks.map(({ status }) => status),
    [200, 200],
    'the call in the middle of connecting was let in',
  );
});

test('a person who does not agree, and one who leaves a right out, read so', async () => {
  platform.told.refuses = true;
  const refused = await come((await begun()).signIn.authorizeUrl);
  assert.deepEqual([refused.status, /the person did not agree/.test(refused.text)], [403, true]);
  platform.told.refuses = false;
  platform.told.lacksRight = true;
  const { signIn } = await begun();
  const poor = await come(signIn.authorizeUrl);
  assert.match(poor.text, /the right to read messages was not given/);
  const { state, reason } = await api('DirectoryService/GetSignIn', { signInId: signIn.id });
  assert.deepEqual([state, /was not given/.test(reason)], ['SIGN_IN_STATE_REFUSED', true]);
});
