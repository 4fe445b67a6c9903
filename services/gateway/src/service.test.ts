import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { mayCall } from '@trunkline/contracts';
import { invalidArgument, pathOf, signFileUrl, TrunklineError } from '@trunkline/runtime';
import { publicServices } from './public-methods.ts';
import { grpcCall } from './testing/grpc-call.ts';
import { postTo } from './testing/post.ts';
import { administratorKey, filesKey, type Surroundings, startSurroundings } from './testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  around.answers.clear();
  around.arrived.length = 0;
  around.hookCalls.length = 0;
});

const all = publicServices.flatMap(({ definition }) =>
  Object.values(definition.methods).map((method) => {
    const path = pathOf(definition, method);
    return { path, short: `${definition.name}/${method.name}`, isPublic: mayCall('gateway', path), method };
  }),
);

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  postTo(`${around.url}${path}`, body, headers);

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const unauthenticated = 16;
const notFoundStatus = 5;
const unimplemented = 12;

test('no method answers without a key, with a wrong or revoked one, or one of a tenant that is off; by HTTP and gRPC', async () => {
  const keys = {
    none: {},
    wrong: bearer('tk_wrong'),
    revoked: bearer(await around.key('t1', { isRevoked: true })),
    off: bearer(await around.key('t-off', { isTenantOff: true })),
    'another scheme': { authorization: 'Basic dGs6' },
  };
  for (const { path, short, isPublic } of all.filter((each) => each.isPublic)) {
    assert.ok(isPublic);
    for (const [name, headers] of Object.entries(keys)) {
      const answer = await post(`/v1/${short}`, '{}', headers);
      assert.deepEqual([answer.status, answer.json.code], [401, 'unauthenticated'], `${short} with ${name}`);
      assert.match(answer.json.remedy, /\S/);
      const { status } = await grpcCall(around.grpc, path, Buffer.alloc(0), { headers });
      assert.equal(status, unauthenticated, `${path} with ${name}`);
    }
  }
  assert.deepEqual(around.arrived, []);
});

test('every method is handed on for the key’s tenant alone, whatever the caller claims', async () => {
  const keys: readonly [string, Record<string, string>][] = [
    ['t1', bearer(await around.key('t1'))],
    ['*', bearer(administratorKey)],
  ];
  const claims = { 'x-trunkline-tenant': 'other', 'x-trunkline-inner': 'directory:token' };
  for (const [scope, headers] of keys) {
    for (const { path, short } of all.filter(({ isPublic }) => isPublic)) {
      around.arrived.length = 0;
      assert.equal((await post(`/v1/${short}`, '{}', { ...headers, ...claims })).status, 200, short);
      const { status } = await grpcCall(around.grpc, path, Buffer.alloc(0), { headers: { ...headers, ...claims } });
      assert.equal(status, 0, path);
      assert.deepEqual(
        around.arrived.map(({ method, tenantScope }) => [method, tenantScope]),
        Array(2).fill([short, scope]),
      );
    }
  }
});

test('what is for the inside only does not exist outside', async () => {
  const headers = bearer(administratorKey);
  const inside = all.filter(({ isPublic }) => !isPublic);
  assert.deepEqual(
    inside.map(({ short }) => short),
    ['DirectoryService/RegisterConnector', 'DirectoryService/ReportHealth', 'MessageService/HasConversations'],
  );
  const hidden = ['SealingService', 'ConnectorService'].flatMap((service) => {
    const area = service === 'SealingService' ? 'sealing' : 'connector';
    const names = area === 'sealing' ? ['Seal', 'Open', 'RotateKey', 'Revoke', 'GetSigningKeys'] : ['Connect', 'Probe'];
    return names.map((name) => ({ path: `/trunkline.${area}.v1.${service}/${name}`, short: `${service}/${name}` }));
  });
  for (const { path, short } of [...inside, ...hidden]) {
    const answer = await post(`/v1/${short}`, '{}', headers);
    assert.deepEqual([answer.status, answer.json.code], [404, 'not_found'], short);
    const { status } = await grpcCall(around.grpc, path, Buffer.alloc(0), { headers });
    assert.ok(status === notFoundStatus || status === unimplemented, `${path}: ${status}`);
  }
  assert.deepEqual(around.arrived, []);
});

test('a refusal of a service reaches the partner with its code, sentence, remedy and fields, and nothing from inside', async () => {
  const headers = bearer(await around.key('t1'));
  around.answers.set('DirectoryService/GetPortal', () => {
    throw invalidArgument({ field: 'portal_id', description: 'is required' });
  });
  around.answers.set('MessageService/Submit', () => {
    throw new TrunklineError('rate_limited', 'bucket of t1 at node 7', { retry: { afterMs: 2_500 } });
  });
  around.answers.set('ContactService/Get', () => {
    throw new Error('secret detail');
  });
  const refused = await post('/v1/DirectoryService/GetPortal', '{}', headers);
  assert.equal(refused.status, 400);
  assert.deepEqual(refused.json.details, [{ field: 'portal_id', description: 'is required' }]);
  const limited = await post('/v1/MessageService/Submit', '{}', headers);
  assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '3']);
  const broken = await post('/v1/ContactService/Get', '{}', headers);
  assert.deepEqual([broken.status, broken.json.code], [500, 'internal']);
  for (const { text } of [limited, broken]) assert.doesNotMatch(text, /secret detail|node 7/);
  const { status, message } = await grpcCall(around.grpc, '/trunkline.message.v1.ContactService/Get', Buffer.alloc(0), {
    headers,
  });
  assert.equal(status, 13);
  assert.doesNotMatch(message, /secret detail/);
});

test('a body that is no request is refused in words', async () => {
  const headers = bearer(await around.key('t1'));
  const submit = '/v1/MessageService/Submit';
  const cases: readonly [string | Uint8Array<ArrayBuffer>, Record<string, string>, number, string][] = [
    ['{', {}, 400, 'invalid_argument'],
    ['{"nonsense":1}', {}, 400, 'invalid_argument'],
    ['{}', { 'content-type': 'text/plain' }, 400, 'invalid_argument'],
    [Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'invalid_argument'],
    [`{"idempotencyKey":"${'x'.repeat(1024 * 1024)}"}`, {}, 413, 'too_large'],
  ];
  for (const [body, more, status, code] of cases) {
    const answer = await post(submit, body, { ...headers, ...more });
    assert.deepEqual([answer.status, answer.json.code], [status, code], String(body).slice(0, 30));
    assert.match(answer.json.remedy, /\S/);
  }
  // Who is not known is not even read.
  assert.equal((await post(submit, '{')).status, 401);
  assert.equal((await fetch(`${around.url}${submit}`)).status, 404);
});

test('health and reflection answer everybody', async () => {
  const health = await grpcCall(around.grpc, '/grpc.health.v1.Health/Check', Buffer.alloc(0));
  assert.deepEqual([health.status, health.messages[0]?.toString('hex')], [0, '0801']);
  const listServices = Buffer.from([0x3a, 0x01, 0x2a]);
  const [list] = (await grpcCall(around.grpc, reflection, listServices, { isOpen: true })).messages;
  for (const { definition } of publicServices) assert.ok(list?.includes(definition.fullName), definition.fullName);
  assert.ok(list?.includes('grpc.health.v1.Health'));
  assert.equal(list?.includes('SealingService'), false);
  // A generic client calls and shows only what reflection describes: health, and the details of errors.
  const details = ['ErrorInfo', 'LocalizedMessage', 'BadRequest', 'RetryInfo'].map((name) => `google.rpc.${name}`);
  for (const name of ['grpc.health.v1.Health', ...details]) {
    const symbol = Buffer.from(name);
    const request = Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]);
    const [file] = (await grpcCall(around.grpc, reflection, request, { isOpen: true })).messages;
    const path = name.startsWith('grpc') ? 'grpc/health/v1/health.proto' : 'google/rpc/error_details.proto';
    assert.ok(file?.includes(path), name);
  }
});

test('bytes that are no request are refused by gRPC with a code and a remedy, once the caller is known', async () => {
  const headers = bearer(await around.key('t1'));
  const path = '/trunkline.message.v1.MessageService/Submit';
  const cases: readonly (readonly [Uint8Array, string, string])[] = [
    [Buffer.from('ffffffffff', 'hex'), 'invalid_argument', 'The request is no message of this method.'],
    // Groups inside groups, without an end.
    [Buffer.alloc(1024 * 1024, 0x0b), 'invalid_argument', 'The request is no message of this method.'],
    [Buffer.alloc(4 * 1024 * 1024 + 1), 'too_large', 'The request is too large.'],
  ];
  for (const [bytes, code, sentence] of cases) {
    const { status, message, details } = await grpcCall(around.grpc, path, bytes, { headers });
    assert.deepEqual([status, message], [3, sentence]);
    assert.ok(details.includes(code) && details.includes('remedy'), code);
    assert.equal((await grpcCall(around.grpc, path, bytes)).status, unauthenticated);
  }
  assert.deepEqual(around.arrived, []);
});

test('the OpenAPI document describes every public method and no other, and holds together', async () => {
  const document = (await (await fetch(`${around.url}/openapi.json`)).json()) as {
    openapi: string;
    servers: { url: string }[];
    paths: Record<string, { post: { operationId: string; responses: object; requestBody: object } }>;
    components: { schemas: Record<string, object>; responses: object };
  };
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual(document.servers, [{ url: 'https://hub.example' }]);
  const expected = all.filter(({ isPublic }) => isPublic).map(({ short }) => `/v1/${short}`);
  assert.deepEqual(Object.keys(document.paths).toSorted(), expected.toSorted());
  const operations = Object.values(document.paths).map((path) => path.post);
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, expected.length);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  for (const reference of references) {
    const found = reference.split('/').reduce<unknown>((at, name) => Reflect.get(Object(at), name), document);
    assert.ok(found, reference);
  }
});

test('a hook call goes to its connector byte for byte, and so does the answer', async () => {
  const body = randomBytes(300_000);
  const headers = {
    'x-telegram-bot-api-secret-token': 's',
    'content-type': 'application/json',
    'x-forwarded-for': '6.6.6.6',
  };
  const path = '/hooks/telegram/c1/more?a=1&b=%2F';
  const response = await fetch(`${around.url}${path}`, { method: 'POST', headers, body });
  assert.deepEqual([response.status, response.headers.get('x-own')], [200, 'yes']);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from([0, 255, 10]));
  const [call] = around.hookCalls;
  assert.deepEqual([call?.method, call?.url], ['POST', path]);
  assert.ok(call?.body.equals(body));
  assert.equal(call?.headers['x-telegram-bot-api-secret-token'], 's');
  assert.equal(call?.headers['x-forwarded-for'], '127.0.0.1');
  assert.equal((await fetch(`${around.url}/hooks/telegram/teapot`)).status, 418);
});

test('a connector that is not here is 404 and tells nothing; one that is down is 503', async () => {
  for (const path of ['/hooks/smoke/c1', '/hooks/', '/hooks/__proto__/c1', '/nothing']) {
    const response = await fetch(`${around.url}${path}`, { method: 'POST', body: 'x' });
    const { code, message } = (await response.json()) as Record<string, string>;
    assert.deepEqual(
      [response.status, code, message],
      [404, 'not_found', 'There is nothing under this address.'],
      path,
    );
  }
  const down = await fetch(`${around.url}/hooks/viber/c1`, { method: 'POST', body: '{}' });
  const { code } = (await down.json()) as Record<string, string>;
  assert.deepEqual([down.status, code], [503, 'unavailable']);
});

test('a channel whose instance does not answer is served by another at the messenger’s next try', async () => {
  for (let index = 0; index < 8; index += 1) {
    const call = () => fetch(`${around.url}/hooks/max/c${index}`, { method: 'POST', body: '{}' });
    const first = await call();
    assert.ok(first.status === 200 || first.status === 503, `${first.status}`);
    assert.equal((await call()).status, 200);
  }
});

test('a widget’s frames go both ways', async () => {
  const socket = new WebSocket(`${around.url.replace('http', 'ws')}/widget/v1/socket?channel=c1`);
  const frames: string[] = [];
  const done = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    frames.push(String(data));
    if (frames.length === 1) for (const text of ['a', 'ö']) socket.send(text);
    if (frames.length === 3) done.resolve();
  };
  socket.onerror = () => done.reject(new Error('the socket failed'));
  await done.promise;
  socket.close();
  assert.deepEqual(frames, ['c1', 'echo a', 'echo ö']);
  assert.equal(await (await fetch(`${around.url}/widget/v1/frame`)).text(), 'a frame');
});

test('a file is given by a link of ours alone, until it expires, and never as a page', async () => {
  const key = randomUUID();
  const bytes = Buffer.from('<script>alert(1)</script>');
  await around.files.put([bytes] as never, { key, maxBytes: 1_000, mimeType: 'text/html', name: 'a"\ud800.html' });
  const link = (ms: number) => signFileUrl({ key, expiresAtMs: Date.now() + ms }, filesKey);
  const good = await fetch(`${around.url}${link(60_000)}`);
  assert.equal(await good.text(), bytes.toString());
  assert.equal(good.headers.get('content-type'), 'application/octet-stream');
  assert.match(good.headers.get('content-disposition') ?? '', /^attachment; filename\*=UTF-8''a%22/);
  assert.match(good.headers.get('content-security-policy') ?? '', /sandbox/);
  const expired = await fetch(`${around.url}${link(-60_000)}`);
  assert.deepEqual(
    [expired.status, ((await expired.json()) as { message: string }).message],
    [404, 'The link has expired.'],
  );
  const forged = [
    `/files/${key}`,
    link(60_000).replace(/signature=./, 'signature=_'),
    link(60_000).replace(key, 'other'),
  ];
  forged.push(`${link(60_000)}&expires=1`);
  forged.push(signFileUrl({ key: 'absent', expiresAtMs: Date.now() + 60_000 }, filesKey));
  for (const path of forged) {
    const { status } = await fetch(`${around.url}${path}`);
    assert.equal(status, 404, path);
  }
});
