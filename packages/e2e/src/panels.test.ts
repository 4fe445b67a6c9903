import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { hasPrometheus, panelQueries, startPrometheus } from '../../../scripts/load/prometheus.ts';
import { ids } from '../../contracts/src/index.ts';
import { runDemo } from './running-demo.ts';

const skip = hasPrometheus() ? false : 'prometheus is not installed (Debian: apt-get install prometheus)';

test('every panel shows data while messages go there and back, without an error anywhere', { skip }, async () => {
  await using stack = new AsyncDisposableStack();
  const demo = stack.use(await runDemo());
  const targets = demo.instances.map(({ service, ports }) => ({ service, address: `127.0.0.1:${ports.metrics}` }));
  const prometheus = stack.use(await startPrometheus(targets));
  const person = demo.simulator?.person({ first_name: 'Anna' }) ?? assert.fail('the demo has no telephone');
  const conversationId = ids.conversation(demo.demo.telegramChannelId ?? '', String(person.id));
  const answer = () => JSON.stringify({ conversationId, text: 'Hello to you', key: randomUUID() });
  const say = setInterval(() => {
    demo.simulator?.write({ from: person.id, text: 'Hello' });
    void fetch(new URL('/api/answer', demo.pageUrl), { method: 'POST', body: answer() }).catch(() => {});
  }, 1_000);
  stack.defer(async () => clearInterval(say));
  let empty = await panelQueries();
  await until(async () => {
    empty = await prometheus.empty(empty);
    return empty.length === 0;
  }, 60_000).catch(() => {});
  assert.deepEqual(empty, []);
});
