import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AuditServiceDefinition, MessageServiceDefinition, type SubmitRequest } from '@trunkline/contracts';
import { TrunklineError } from '../errors.ts';
import { createHttpServer } from '../http/server.ts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createTracing } from '../tracing.ts';
import { addBridge } from './bridge.ts';
import type { CallContext } from './call-context.ts';
import { loadDescriptors } from './descriptors.ts';
import type { Implementation } from './handler.ts';

type Messages = Implementation<typeof MessageServiceDefinition>;
type Audit = Implementation<typeof AuditServiceDefinition>;

const descriptors = loadDescriptors();

async function partnerDoor(t: TestContext, methods: Partial<Messages>, follow?: Audit['follow']) {
  const log = createLogger({ service: 'gateway', instance: 'g', level: 'silent' });
  const metrics = createMetrics({ service: 'gateway', measuresProcess: false });
  const tracing = createTracing({ service: 'gateway', instance: 'g', ratio: 0 });
  const http = createHttpServer({ log, metrics });
  const options = {
    ...{ log, metrics, tracing, now: Date.now, descriptors, bodyLimitBytes: 10_000 },
    isPublic: (path: string) => !path.endsWith('/ResolveUnknown'),
    access: {
      isPublic: true,
      identify: ({ header }: { header(name: string): string | undefined }) => {
        if (header('authorization') !== 'Bearer k') throw new TrunklineError('unauthenticated', 'no key');
        return { caller: 'key-1', tenantScope: 't-1' };
      },
    },
  };
  const absent = async () => {
    throw new Error('a password of ours: hunter2');
  };
  const names = Object.keys(MessageServiceDefinition.methods);
  const all = { ...Object.fromEntries(names.map((name) => [name, absent])), ...methods } as unknown as Messages;
  addBridge(http, options, MessageServiceDefinition, all);
  addBridge(http, options, AuditServiceDefinition, { follow: follow ?? async function* () {} });
  const address = await http.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    http.server.closeAllConnections();
    return http.close();
  });
  const call = async (method: string, body: string | Uint8Array, headers: Record<string, string> = {}) => {
    const all = { 'content-type': 'application/json', authorization: 'Bearer k', ...headers };
    const answer = await fetch(`${address}/v1/${method}`, { method: 'POST', body, headers: all });
    return { status: answer.status, answer: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
  };
  return { address, call, http };
}

test('a method is called with canonical JSON and answers with it', async (t) => {
  let seen: { request: SubmitRequest; context: CallContext } | undefined;
  const { call } = await partnerDoor(t, {
    submit: async (request, context) => {
      seen = { request, context };
      return { messageId: 'm-1' };
    },
    listHistory: async () => ({ messages: [{ id: 'm-1', conversationNumber: 7, sentAt: new Date(0) }] }),
  });
  const body = { idempotency_key: 'k-1', message: { conversationId: 'c-1' } };
  const { status, answer } = await call('MessageService/Submit', JSON.stringify(body));
  assert.deepEqual([status, answer], [200, { messageId: 'm-1', isRepeat: false, conversationId: '' }]);
  assert.equal(seen?.request.idempotencyKey, 'k-1');
  assert.equal(seen?.context.caller, 'key-1');
  assert.equal(seen?.context.tenantScope, 't-1');
  const [message] = (await call('MessageService/ListHistory', '{}')).answer.messages as Record<string, unknown>[];
  assert.equal(message?.conversationNumber, '7', '64 bits are texts');
  assert.equal(message?.sentAt, '1970-01-01T00:00:00Z');
});

test('what is not a request is refused with the name of its field and a remedy', async (t) => {
  const { call } = await partnerDoor(t, { submit: async () => ({}) });
  const cases: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ['{"idempotencyKey": 5}', /^idempotency_key: expected string, got 5$/],
    ['{"tenantID": "x"}', /^tenantID: is not a field of this request$/],
    ['{"__proto__": {}}', /^__proto__: is not a field/],
    ['{"tenantId": "a", "tenantId": "b"}', /^tenantId: is given twice$/],
    ['{"message": {"nope": 1}}', /^nope: is not a field/],
    ['[]', /not a JSON object/],
    ['null', /not a JSON object/],
    ['{', /not a JSON object/],
    [Buffer.from([0x22, 0xff, 0x22]), /must be UTF-8/],
    [`{"message": ${'{"x":'.repeat(1_000)}`, /not a JSON object/],
  ];
  for (const [body, expected] of cases) {
    const { status, answer } = await call('MessageService/Submit', body);
    assert.equal(status, 400, String(body));
    assert.equal(answer.code, 'invalid_argument');
    assert.match(String(answer.message), expected);
    assert.ok(String(answer.remedy).length > 0);
  }
  const form = await call('MessageService/Submit', '{}', { 'content-type': 'text/plain' });
  assert.deepEqual([form.status, form.answer.message], [400, 'The body must be JSON.']);
  const large = await call('MessageService/Submit', JSON.stringify({ tenantId: 'x'.repeat(20_000) }));
  assert.deepEqual([large.status, large.answer.code], [413, 'too_large']);
});

test('errors go out by the table and say nothing of our inside', async (t) => {
  const { call, address } = await partnerDoor(t, {
    submit: async () => {
      throw new TrunklineError('rate_limited', 'bucket of t-1 is empty', { retry: { afterMs: 1_200 } });
    },
  });
  const limited = await call('MessageService/Submit', '{}');
  assert.deepEqual(
    [limited.status, limited.headers.get('retry-after'), limited.answer.code],
    [429, '2', 'rate_limited'],
  );
  const broken = await call('MessageService/Get', '{}');
  assert.equal(broken.status, 500);
  assert.doesNotMatch(JSON.stringify(broken.answer), /hunter2/);
  assert.equal((await call('MessageService/Submit', '{}', { authorization: '' })).status, 401);
  assert.equal((await call('MessageService/ResolveUnknown', '{}')).status, 404, 'not a public method');
  assert.equal((await call('MessageService/Nothing', '{}')).status, 404);
  assert.equal((await fetch(`${address}/v1/MessageService/Submit`)).status, 404);
});

test('a stream comes line by line; an error before it has its status, one inside it is the last line', async (t) => {
  const fails = new TrunklineError('unavailable', 'x');
  const { address, call } = await partnerDoor(t, {}, async function* ({ limit }) {
    if (limit === 0) throw fails;
    for (let n = 1; n <= limit; n += 1) yield { stream: 'FACTS', streamSequence: n, lane: 0 };
    if (limit === 2) throw fails;
  });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer k' };
  const linesOf = async (limit: number) => {
    const answer = await fetch(`${address}/v1/AuditService/Follow`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ limit }),
    });
    assert.match(answer.headers.get('content-type') ?? '', /^application\/x-ndjson/);
    return (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  assert.deepEqual(
    (await linesOf(3)).map(({ streamSequence }) => streamSequence),
    ['1', '2', '3'],
  );
  assert.equal((await linesOf(2))[2].error.code, 'unavailable');
  assert.equal((await call('AuditService/Follow', '{}')).status, 503);
});

test('a stream ends with its reader, and with the service', async (t) => {
  const ended = { reader: Promise.withResolvers<void>(), service: Promise.withResolvers<void>() };
  const { address, http } = await partnerDoor(t, {}, async function* ({ limit }, { signal }) {
    try {
      yield { stream: 'FACTS', streamSequence: 1, lane: 0 };
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    } finally {
      ended[limit === 1 ? 'reader' : 'service'].resolve();
    }
  });
  const open = async (limit: number, signal?: AbortSignal) =>
    await fetch(`${address}/v1/AuditService/Follow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
      body: JSON.stringify({ limit }),
      ...(signal === undefined ? {} : { signal }),
    });
  const leaving = new AbortController();
  await open(1, leaving.signal);
  leaving.abort();
  await ended.reader.promise;
  const answer = await open(2);
  const closed = http.close();
  await ended.service.promise;
  assert.match(await answer.text(), /"code":"unavailable"/);
  await closed;
});
