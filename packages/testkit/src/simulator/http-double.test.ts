import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFaults } from './faults.ts';
import { type Reaction, startHttpDouble } from './http-double.ts';

test('a platform answers, hangs, cuts, lies about the length or never ends, as it is told', async () => {
  const faults = createFaults<Exclude<Reaction, object> | { status: number; body: string; claimedBytes: number }>();
  await using platform = await startHttpDouble(
    ({ method, url, body }) =>
      faults.take(() => true) ?? { status: 200, body: { said: `${method} ${url.pathname} ${body}` } },
  );
  const call = async (init: { body?: string; signal?: AbortSignal } = {}) =>
    await (await fetch(`${platform.url}/send`, { method: 'POST', ...init })).text();

  assert.equal(await call({ body: 'hello' }), '{"said":"POST /send hello"}');
  faults.arm('cut');
  await assert.rejects(call());
  faults.arm({ status: 200, body: 'half', claimedBytes: 100 });
  await assert.rejects(call());
  faults.arm('hang');
  await assert.rejects(call({ signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
  faults.arm('endless');
  await assert.rejects(call({ signal: AbortSignal.timeout(200) }), { name: 'TimeoutError' });
  assert.equal(await call(), '{"said":"POST /send "}', 'and then it works again');
});

test('a fault is used as often as it was armed, and only where it fits', () => {
  const faults = createFaults<{ readonly method: string }>();
  faults.arm({ method: 'send' }, 2);
  faults.arm({ method: 'edit' });
  const isFor = (method: string) => (fault: { readonly method: string }) => fault.method === method;
  assert.equal(faults.take(isFor('delete')), undefined);
  assert.deepEqual(
    [1, 2, 3].map(() => faults.take(isFor('send'))?.method),
    ['send', 'send', undefined],
  );
  faults.clear();
  assert.equal(faults.take(isFor('edit')), undefined);
});
