import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '@trunkline/testkit';
import { sent } from '../testing/platform.ts';
import { type Surroundings, sendText, startSurroundings, token } from '../testing/surroundings.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => await around?.[Symbol.asyncDispose]());

test("a tenant that sends too fast is told when to come again; forged calls use up nobody's rate", async () => {
  await using hosted = around.start({ TENANT_PER_SECOND: '0.5', TENANT_BURST: '3' });
  const { addresses } = await hosted.ready;
  const id = await around.channel();
  const call = async (seq: number, secret = token) => {
    const body = JSON.stringify({ seq, from: 'anna', text: 'hello' });
    const url = `${addresses.http}/hooks/sample/${id}`;
    return await fetch(url, { method: 'POST', headers: { 'x-sample-token': secret }, body });
  };
  await until(async () => (await call(0, 'forged')).status === 401);
  for (let number = 0; number < 10; number += 1) assert.equal((await call(number, 'forged')).status, 401);

  const answers = [];
  for (let seq = 1; seq <= 5; seq += 1) answers.push(await call(seq));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 429, 429],
  );
  const last = answers[4] ?? assert.fail();
  const waitSeconds = Number(last.headers.get('retry-after'));
  assert.ok(waitSeconds >= 1 && waitSeconds <= 3, `Retry-After: ${waitSeconds}`);
  const { code, remedy } = (await last.json()) as { code: string; remedy: string };
  assert.equal(code, 'rate_limited');
  assert.match(remedy, /more slowly/);
  assert.equal((await around.entered(id)).length, 3, 'what was refused is not stored: the messenger sends it again');
  const metrics = await (await fetch(`${addresses.metrics}/metrics`)).text();
  assert.match(metrics, /^trunkline_rate_limited_total\{[^}]*\} 2$/m);
});

test('the limit of an app makes all of its channels wait, and no other', async () => {
  await using hosted = around.start();
  await hosted.ready;
  const ofApp = (app: string) => ({ settingsJson: JSON.stringify({ apiUrl: around.platform.url, app }) });
  const [one, other] = [await around.channel(ofApp('a')), await around.channel(ofApp('a'))];
  const foreign = await around.channel(ofApp('b'));
  const pauseMs = 2_000;
  let refusals = 0;
  around.platform.react = (asked) => {
    if (asked.to !== 'limited' || refusals > 0) return sent(asked);
    refusals += 1;
    return { status: 429, body: { scope: 'app', retryAfterMs: pauseMs } };
  };
  await around.order(sendText(one, 'limited', 'first'));
  const refused = await until(() => around.platform.asked.find(({ to }) => to === 'limited'));
  await around.order(sendText(other, 'of the same app', 'hello'));
  await around.order(sendText(foreign, 'of another app', 'hello'));
  const sentTo = (who: string) => until(() => around.platform.asked.findLast(({ to }) => to === who));
  const [same, another] = [await sentTo('of the same app'), await sentTo('of another app')];
  assert.ok(same.atMs - refused.atMs >= pauseMs - 100, `it waited for ${same.atMs - refused.atMs} ms only`);
  assert.ok(another.atMs < same.atMs);
});
