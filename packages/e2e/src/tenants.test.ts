import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { until } from '@trunkline/testkit';
import { ids } from '../../../packages/contracts/src/index.ts';
import { deriveKeys } from '../../../packages/portal-sdk/src/index.ts';
import { errorTable, jsonCodecOf, loadDescriptors, pathOf } from '../../../packages/runtime/src/index.ts';
import { createProgress } from '../../../scripts/progress.mjs';
import { startAll } from '../../../scripts/start/servers.ts';
import { type Api, ApiRefused, apiOf } from '../../../scripts/up/api.ts';
import { startDemo } from '../../../scripts/up/start-demo.ts';
import { grpcCall } from '../../../services/gateway/src/testing/grpc-call.ts';
import { type Case, cases } from './public-cases.ts';

// Two tenants on the whole installation: everything that one has, and every public method, with the other one's key.

interface Company {
  readonly tenantId: string;
  readonly api: Api;
  readonly key: string;
}

const ending = new AbortController();
const started = new AsyncDisposableStack();
let administrator: Api;
let gatewayUrl = '';
let grpc = '';
/** Has everything, of which the stranger may see nothing. */
let owner: Company;
let stranger: Company;
/** Ids of what the owner has, by the name of the field that asks for it. */
let own: Readonly<Record<string, string>>;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-tenants-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const servers = started.use(await startAll(join(folder, 'servers'), createProgress(), ending));
  const environment = { ...servers.environment, LOG_LEVEL: 'error' };
  const options = { environment, dataFolder: folder, logFolder: join(folder, 'logs'), signal: ending.signal };
  const running = started.use(await startDemo(options));
  const { demo, simulator } = running;
  ({ gatewayUrl } = running);
  grpc = `127.0.0.1:${running.grpc}`;
  const { administratorKey } = JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'));
  administrator = apiOf(gatewayUrl, administratorKey);
  owner = { tenantId: demo.tenantId, key: demo.apiKey, api: apiOf(gatewayUrl, demo.apiKey) };
  stranger = await aCompany();
  assert.ok(simulator);
  const person = simulator.person({ first_name: 'Anna', username: 'secretive' });
  simulator.write({ from: person.id, text: 'A secret of the owner' });
  own = await everythingOf(demo, ids.conversation(demo.telegramChannelId ?? '', String(person.id)));
});

after(async () => {
  ending.abort();
  await started.disposeAsync();
});

/** Another tenant with a key that works. */
async function aCompany(): Promise<Company> {
  const key = () => ({ idempotencyKey: randomUUID() });
  const tenant = await administrator<{ id: string }>('DirectoryService/CreateTenant', { ...key(), name: 'Stranger' });
  const request = { ...key(), tenantId: tenant.id, name: 'Key' };
  const { secret } = await administrator<{ secret: string }>('DirectoryService/CreateApiKey', request);
  const api = apiOf(gatewayUrl, secret);
  await until(() => works(api));
  return { tenantId: tenant.id, key: secret, api };
}

async function works(api: Api): Promise<boolean> {
  return await api('DirectoryService/ListConnectors', {}).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiRefused && error.code === 'unauthenticated') return false;
      throw error;
    },
  );
}

async function everythingOf(
  demo: Awaited<ReturnType<typeof startDemo>>['demo'],
  conversationId: string,
): Promise<Record<string, string>> {
  const message = await until(async () => {
    const request = { conversationId };
    return await owner
      .api<{ messages: { id: string; contactId: string }[] }>('MessageService/ListHistory', request)
      .then(
        ({ messages }) => messages[0],
        () => undefined,
      );
  });
  // What nobody changes any more can be compared.
  await until(async () => {
    const { backlogs } = await owner.api<{ backlogs: { waiting: string }[] }>('DeliveryService/ListBacklogs', {});
    return backlogs[0]?.waiting === '0';
  });
  const { contacts } = await owner.api<{ contacts: { id: string; identities: { id: string }[] }[] }>(
    'ContactService/Find',
    { value: 'secretive' },
  );
  const [contact] = contacts;
  assert.equal(contact?.id, message.contactId);
  const { apiKeys } = await owner.api<{ apiKeys: { id: string }[] }>('DirectoryService/ListApiKeys', {});
  // Of nothing: it is over at once, and has the number 1.
  const selection = { timeRange: { from: '2026-01-01T00:00:00Z' } };
  await owner.api('DeliveryService/Replay', { portalId: demo.portalId, idempotencyKey: randomUUID(), ...selection });
  return {
    ...{ tenantId: demo.tenantId, portalId: demo.portalId, lineId: demo.lineId, conversationId },
    ...{ channelId: demo.telegramChannelId ?? '', messageId: message.id, contactId: message.contactId },
    ...{ value: 'secretive', joinedContactId: message.contactId },
    ...{ identityId: contact?.identities[0]?.id ?? '', apiKeyId: apiKeys[0]?.id ?? '' },
  };
}

interface Told {
  /** Our code; empty where the call was answered. */
  readonly code: string;
  readonly text: string;
}

/** Makes a call by the HTTP bridge. */
async function byHttp({ short, request }: Case, key: string): Promise<Told> {
  const text = await linesOf(short, request, key);
  const [first = ''] = text.split('\n');
  const answer = first === '' ? {} : JSON.parse(first);
  return { code: answer.code && answer.remedy !== undefined ? answer.code : '', text };
}

const descriptors = loadDescriptors();

/** Makes the same call by gRPC: gives the number of its status, and what was said. */
async function byGrpc({ definition, method, request }: Case, key: string) {
  const codec = jsonCodecOf(descriptors, definition, method);
  const bytes = method.requestType.encode(codec.read(JSON.stringify(request))).finish();
  const headers = { authorization: `Bearer ${key}` };
  const { status, messages } = await grpcCall(grpc, pathOf(definition, method), bytes, { headers });
  return { status, text: Buffer.concat([...messages]).toString('latin1') };
}

function assertNothingOfTheOwner(text: string, { request, short }: Case): void {
  // What the caller said itself may stand in the answer.
  const hidden = Object.values(own).filter((id) => !JSON.stringify(request).includes(id));
  for (const id of hidden) assert.equal(text.includes(id), false, `${short} shows ${id}`);
}

/** Administrators' alone, what says when it was asked, and what the owner's messenger has not. */
const always = new Set([
  ...['DeliveryService/GetOverview', 'DeliveryService/GetPortalStatus'],
  ...['DirectoryService/ListTemplates', 'DirectoryService/GetSignIn'],
]);

/** Everything that the owner has, as the owner sees it. */
async function snapshot(): Promise<string[]> {
  const reading = cases(own).filter(({ method, short }) => /^(Get|List|Find)/.test(method.name) && !always.has(short));
  const found = await Promise.all(reading.map((each) => byHttp(each, owner.key)));
  for (const [index, { code }] of found.entries()) assert.equal(code, '', `${reading[index]?.short}: ${code}`);
  return found.map(({ text }) => text);
}

const notIds = new Set(['value']);
/** Refusals that say nothing of whether the thing is there. */
const refusals = ['not_found', 'permission_denied', 'invalid_argument'];

test('no public method reads or changes with one tenant’s key what is another’s, by HTTP or gRPC', async (t) => {
  const before = await snapshot();
  const nothing = Object.fromEntries(
    Object.keys(own).map((name) => [name, notIds.has(name) ? 'Nobody' : randomUUID()]),
  );
  const unknown = new Map(cases(nothing).map((each) => [each.short, each]));
  for (const each of cases(own)) {
    await t.test(each.short, async () => {
      const absent = unknown.get(each.short) ?? assert.fail();
      const isNamed =
        JSON.stringify({ ...each.request, idempotencyKey: '' }) !==
        JSON.stringify({ ...absent.request, idempotencyKey: '' });
      const [told, toldOfNothing] = [await byHttp(each, stranger.key), await byHttp(absent, stranger.key)];
      const { status, text } = await byGrpc(each, stranger.key);
      assertNothingOfTheOwner(told.text, each);
      assertNothingOfTheOwner(text, each);
      if (!isNamed) return;
      // Word for word what is said of a thing that nobody has.
      if (told.code !== '') assert.equal(told.text, toldOfNothing.text);
      const isQuestion = /^(Find|Follow)$/.test(each.method.name);
      assert.ok(isQuestion ? told.code === '' : refusals.includes(told.code), told.text);
      const code = errorTable[told.code as keyof typeof errorTable]?.grpc ?? 0;
      assert.equal(status, code);
    });
  }
  assert.deepEqual(await snapshot(), before);
});

test('no public method acts for another tenant because a request names it', async (t) => {
  const before = await snapshot();
  const naming = cases(own).filter(({ method }) => 'tenantId' in method.requestType.fromPartial({} as never));
  assert.ok(naming.length >= 10);
  for (const each of naming) {
    await t.test(each.short, async () => {
      const foreign = { ...each, request: { ...each.request, tenantId: owner.tenantId } };
      const { code, text } = await byHttp(foreign, stranger.key);
      assert.ok(code === 'not_found' || code === 'permission_denied', text);
      const { status } = await byGrpc(foreign, stranger.key);
      assert.equal(status, errorTable[code].grpc);
    });
  }
  assert.deepEqual(await snapshot(), before);
});

test('a key that is revoked, and every key of a tenant that is switched off, opens nothing more', async () => {
  const company = await aCompany();
  const { apiKeys } = await company.api<{ apiKeys: { id: string }[] }>('DirectoryService/ListApiKeys', {});
  await administrator('DirectoryService/SwitchTenant', { tenantId: company.tenantId, isActive: false });
  await until(async () => !(await works(company.api)));
  await administrator('DirectoryService/SwitchTenant', { tenantId: company.tenantId, isActive: true });
  await until(() => works(company.api));
  await company.api('DirectoryService/RevokeApiKey', { apiKeyId: apiKeys[0]?.id });
  await until(async () => !(await works(company.api)));
});

/** The whole answer of a method whose items come line by line. */
async function linesOf(method: string, request: object, key: string): Promise<string> {
  const response = await fetch(`${gatewayUrl}/v1/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(15_000),
  });
  return await response.text();
}

test('npm run portal adds a portal to the tenant of its key, and its licence key is the one that a receiver needs', async () => {
  const portal = async (key: string, ...args: string[]) => {
    const env = { ...process.env, TRUNKLINE_URL: gatewayUrl, TRUNKLINE_API_KEY: key };
    return (await promisify(execFile)(process.execPath, ['scripts/portal.ts', ...args], { env })).stdout;
  };
  const made = await portal(stranger.key, 'add', '--url', 'https://stranger.example/hook');
  const [, id = '', licenceKey = ''] = /portal +(\S+)[\s\S]*licence key +(tlk_\S+)/.exec(made) ?? [];
  assert.ok(
    (await portal(stranger.key, 'list')).includes(`${id}  stranger.example  on   https://stranger.example/hook`),
  );
  assert.ok(!(await portal(owner.key, 'list')).includes(id));
  const { kids } = await stranger.api<{ kids: string[] }>('DirectoryService/GetPortal', { portalId: id });
  assert.deepEqual(kids, [deriveKeys(licenceKey).kid]);
  const [first = ''] = kids;
  const [, second = ''] = /licence key +(tlk_\S+)/.exec(await portal(stranger.key, 'rotate', id)) ?? [];
  const { kid } = deriveKeys(second);
  assert.match(await portal(stranger.key, 'keys', id), new RegExp(`^${kid}  valid .*\n${first}  valid `));
  await assert.rejects(portal(stranger.key, 'delete-key', id, first), { stderr: /is valid. Revoke it first/ });
  assert.match(await portal(stranger.key, 'revoke', id, first), new RegExp(`${first}  revoked `));
  await assert.rejects(portal(stranger.key, 'revoke', id, kid), { stderr: /last valid .* say even_last/ });
  assert.match(await portal(stranger.key, 'delete-key', id, first), new RegExp(`${first}  deleted `));
  const toOwner = ['add', '--url', 'https://stranger.example/hook', '--tenant', owner.tenantId];
  await assert.rejects(portal(stranger.key, ...toOwner), { code: 1 });
});
