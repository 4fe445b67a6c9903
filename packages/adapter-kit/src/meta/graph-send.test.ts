import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorError } from '../connector-error.ts';
import type { GraphCall } from './graph-call.ts';
import { sendByGraph } from './graph-send.ts';

const refusal: GraphCall['refusal'] = ({ message }) => new ConnectorError('content_invalid', message);
const call = { root: 'https://graph.example/v25.0/', path: 'me/messages', token: 'secret-token', refusal };
const message = { ...call, isMessage: true };

/** What becomes of calls that are answered so, in turn. */
async function outcomeOf(
  calls: readonly GraphCall[],
  ...answers: readonly (readonly [status: number, body: object])[]
) {
  const left = [...answers];
  const fetch = async () => {
    const [status, body] = left.shift() ?? [500, {}];
    return { status, headers: {}, stream: [] as never, text: async () => JSON.stringify(body) };
  };
  const asking = sendByGraph(calls, { fetch });
  return await asking.then(
    ({ platformIds }) => platformIds,
    ({ code }: ConnectorError) => code,
  );
}

const sent = (id: string) => [200, { message_id: id }] as const;
const refused = [400, { error: { code: 100, message: 'not this' } }] as const;

test('an order of several calls has the ids of the messages that they made', async () => {
  assert.deepEqual(await outcomeOf([message, call, message], sent('1'), [200, {}], sent('2')), ['1', '2']);
});

test('a refusal is one as long as nothing was made; after a message it says nothing of the order', async () => {
  assert.equal(await outcomeOf([message, message], refused), 'content_invalid');
  assert.equal(await outcomeOf([call, message], [200, {}], refused), 'content_invalid');
  assert.equal(await outcomeOf([message, message], sent('1'), refused), 'unknown_outcome');
  assert.equal(await outcomeOf([message, call], sent('1'), refused), 'unknown_outcome');
});
