import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type HostedService, sealSecrets, secretsKey } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import {
  type Surroundings,
  sendText,
  startSurroundings,
} from '../../../packages/adapter-kit/src/testing/surroundings.ts';
import type { OpenedSession } from './session.ts';

let around: Surroundings;
let hosted: readonly HostedService<unknown>[];
let addresses: readonly string[];
let channelId: string;

before(async () => {
  around = await startSurroundings('webchat', join(import.meta.dirname, '..'));
  const key = secretsKey(around.env.SECRETS_KEY ?? '');
  assert.ok(key);
  const secrets = { session_key: randomBytes(32).toString('base64url') };
  channelId = await around.channel({ settingsJson: '{}', sealedSecrets: sealSecrets(key, secrets) });
  hosted = [around.start({ INSTANCE_ID: 'webchat-1' }), around.start({ INSTANCE_ID: 'webchat-2' })];
  addresses = (await Promise.all(hosted.map(({ ready }) => ready))).map((service) => service.addresses.http ?? '');
});
after(async () => {
  await Promise.all((hosted ?? []).map((service) => service.stop()));
  await around?.[Symbol.asyncDispose]();
});

async function openSession(address: string, resume?: string): Promise<OpenedSession> {
  return await until(async () => {
    const body = JSON.stringify({ channel: channelId, resume });
    const response = await fetch(`${address}/widget/v1/session`, { method: 'POST', body });
    return response.ok && ((await response.json()) as OpenedSession);
  });
}

interface Frame {
  readonly t: string;
  readonly cid?: string;
  readonly seq?: number;
  readonly event?: { readonly from: string; readonly text?: string; readonly frame?: { readonly text: string } };
}

/** An open widget: everything that it hears, and its log by the words. */
async function openWidget(address: string, token: string, cursor: number) {
  const socket = new WebSocket(`${address.replace(/^http/, 'ws')}/widget/v1/ws?token=${token}`);
  const frames: Frame[] = [];
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
  await new Promise((done) => socket.addEventListener('open', done, { once: true }));
  const say = (frame: object) => socket.send(JSON.stringify(frame));
  say({ t: 'hello', cursor });
  return {
    say,
    log: () => frames.flatMap(({ seq, event }) => (event ? [[seq, event.frame?.text ?? event.text]] : [])),
    acked: async (cid: string) => await until(() => frames.find((frame) => frame.t === 'ack' && frame.cid === cid)),
    [Symbol.dispose]: () => socket.close(),
  };
}

test('written at one instance, seen at the other; answered, and resumed at either without a loss', async () => {
  const [one = '', two = ''] = addresses;
  const session = await openSession(one);
  using here = await openWidget(one, session.token, 0);
  using there = await openWidget(two, session.token, 0);
  here.say({ t: 'send', cid: 'cid-00001', text: 'from one' });
  await here.acked('cid-00001');
  there.say({ t: 'send', cid: 'cid-00002', text: 'from two' });
  await there.acked('cid-00002');
  await around.order(sendText(channelId, session.visitorId, 'an answer'));
  const whole = [
    [1, 'from one'],
    [2, 'from two'],
    [3, 'an answer'],
  ];
  await until(() => here.log().length === 3 && there.log().length === 3);
  assert.deepEqual(here.log(), whole);
  assert.deepEqual(there.log(), whole);

  const resumed = await openSession(two, session.resume);
  assert.equal(resumed.visitorId, session.visitorId);
  using later = await openWidget(two, resumed.token, 1);
  await until(() => later.log().length === 2);
  assert.deepEqual(later.log(), whole.slice(1));
});

test('a frame that is sent again, to whichever instance, is one message', async () => {
  const [one = '', two = ''] = addresses;
  const { token, visitorId } = await openSession(one);
  using here = await openWidget(one, token, 0);
  using there = await openWidget(two, token, 0);
  for (const widget of [here, there, here]) widget.say({ t: 'send', cid: 'cid-00009', text: 'once' });
  assert.equal((await here.acked('cid-00009')).seq, 1);
  assert.equal((await there.acked('cid-00009')).seq, 1);
  await until(() => here.log().length > 0 && there.log().length > 0);
  assert.deepEqual(here.log(), [[1, 'once']]);
  const keys = (await around.entered(channelId)).flatMap(({ item }) =>
    item?.$case === 'hookCall' ? item.value.events.map(({ dedupeKey }) => dedupeKey) : [],
  );
  assert.deepEqual(new Set(keys.filter((key) => key.includes(visitorId) && key.startsWith('send:'))).size, 1);
});

test('a session of a forged token, another site or an unknown widget is refused in a sentence', async () => {
  const [one = ''] = addresses;
  const body = JSON.stringify({ channel: 'nobody' });
  const unknown = await fetch(`${one}/widget/v1/session`, { method: 'POST', body });
  assert.equal(unknown.status, 404);
  assert.equal(unknown.headers.get('access-control-allow-origin'), '*');
  const polled = await fetch(`${one}/widget/v1/poll?token=forged.token&cursor=0`);
  assert.equal(polled.status, 401);
  const { token } = await openSession(one);
  const nan = await fetch(`${one}/widget/v1/poll?token=${token}&cursor=x`);
  assert.equal(nan.status, 400);
  const refused = await fetch(`${one}/widget/v1/send?token=${token}`, {
    method: 'POST',
    body: '{"t":"send","cid":"cid-00010","text":" "}',
  });
  assert.deepEqual(((await refused.json()) as { code: string }).code, 'invalid_argument');
});

test('a file is kept under its visitor, and nobody else’s token opens it', async () => {
  const [one = '', two = ''] = addresses;
  const { token } = await openSession(one);
  const other = await openSession(two);
  const address = `${one}/widget/v1/upload?token=${token}&uploadId=upload-01&name=a.txt`;
  assert.equal((await fetch(address, { method: 'POST', body: 'hello' })).status, 200);
  using here = await openWidget(one, token, 0);
  here.say({ t: 'send', cid: 'cid-00011', text: '', uploadId: 'upload-01' });
  await here.acked('cid-00011');
  const { events } = (await (await fetch(`${two}/widget/v1/poll?token=${token}&cursor=0`)).json()) as {
    events: { event: { file: { url: string } } }[];
  };
  const url = events[0]?.event.file.url;
  assert.equal(await (await fetch(`${two}/widget/v1/${url}?token=${token}`)).text(), 'hello');
  assert.equal((await fetch(`${two}/widget/v1/${url}?token=${other.token}`)).status, 404);
});
