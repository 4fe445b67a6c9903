import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { ConnectorError } from '../connector-error.ts';
import { callGraph, type GraphCall } from './graph-call.ts';
import { readGraphList, readGraphToken } from './graph-reads.ts';

const refusal: GraphCall['refusal'] = ({ code, subcode, message }) =>
  new ConnectorError(code === 190 ? 'auth_revoked' : 'content_invalid', message, {
    platformCode: `${code}/${subcode}`,
  });
const call = { root: 'https://graph.example/v25.0/', path: '1/messages', token: 'secret-token', refusal };
const schema = z.object({ id: z.string() });

/** A platform that answers each call by the next of these, and keeps what it was asked. */
function platform(...answers: readonly (string | ConnectorError | readonly [status: number, body: unknown])[]) {
  const asked: URL[] = [];
  const left = [...answers];
  const fetch = async (address: string) => {
    asked.push(new URL(address));
    const answer = left.shift();
    if (answer instanceof ConnectorError) throw answer;
    const [status, body] = Array.isArray(answer) ? answer : [200, answer];
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return { status, headers: {}, stream: [] as never, text: async () => text };
  };
  return { asked, fetch };
}
const codeOf = (asking: Promise<unknown>) =>
  asking.then(
    () => 'answered',
    (error: ConnectorError) => `${error.code} ${error.platformCode ?? ''}`.trim(),
  );

test('a refusal is what the connector makes of it, by number and most telling words, without the token', async () => {
  const error = {
    code: 131056,
    error_subcode: 7,
    message: '(#131056)',
    error_data: { details: 'secret-token is slow' },
  };
  const asking = callGraph(schema, call, platform([429, { error }]));
  await assert.rejects(asking, { code: 'content_invalid', platformCode: '131056/7', message: '<token> is slow' });
});

test('what is in doubt is in doubt for a message alone', async () => {
  const broken = () => platform(new ConnectorError('unknown_outcome', 'the connection broke'));
  assert.equal(await codeOf(callGraph(schema, { ...call, isMessage: true }, broken())), 'unknown_outcome');
  assert.equal(await codeOf(callGraph(schema, call, broken())), 'transient');
  for (const answer of [
    [200, '<html>'],
    [200, { other: 1 }],
    [502, '<html>'],
  ] as const) {
    assert.equal(await codeOf(callGraph(schema, { ...call, isMessage: true }, platform(answer))), 'unknown_outcome');
  }
  assert.equal(await codeOf(callGraph(schema, call, platform([403, '<html>']))), 'content_invalid 403/undefined');
});

test('a list is read over its pages, and no further than is allowed', async () => {
  const page = (id: string, next?: string) =>
    [200, { data: [{ id }], paging: { cursors: { after: id }, ...(next && { next }) } }] as const;
  const three = platform(page('a', 'x'), page('b', 'x'), page('c'));
  assert.deepEqual(await readGraphList(schema, call, three, { pagesMax: 9 }), [{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  assert.deepEqual(
    three.asked.map(({ searchParams }) => searchParams.get('after')),
    [null, 'a', 'b'],
  );
  const endless = () => platform(page('a', 'x'), page('b', 'x'), page('c', 'x'));
  assert.equal((await readGraphList(schema, call, endless(), { pagesMax: 2 })).length, 2);
  const isLast = ({ id }: { readonly id: string }) => id === 'a';
  assert.equal((await readGraphList(schema, call, endless(), { pagesMax: 9, isLast })).length, 1);
});

test('a token tells when it ends and what it may; one that is not accepted is told, and silence is none', async () => {
  const told = platform([200, { data: { expires_at: 1_782_900_123, scopes: ['a'], app_id: '17' } }]);
  assert.deepEqual(await readGraphToken(call, told), { endsAtMs: 1_782_900_123_000, scopes: ['a'], appId: '17' });
  assert.deepEqual(await readGraphToken(call, platform([200, { data: { expires_at: 0 } }])), {});
  assert.deepEqual(await readGraphToken(call, platform([400, '<html>'])), {});
  const refused = platform([401, { error: { code: 190, message: 'no' } }]);
  assert.equal(await codeOf(readGraphToken(call, refused)), 'auth_revoked 190/undefined');
});
