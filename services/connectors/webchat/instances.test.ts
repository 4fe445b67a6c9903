import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ChannelEvent, type EgressItem, type SendOrder, Typing } from '@trunkline/contracts';
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
  const secrets = { session_key: randomBytes(32).toString('base64url'), identity_key: 'site' };
  channelId = await around.channel({ settingsJson: '{}', sealedSecrets: sealSecrets(key, secrets) });
  hosted = [around.start({ INSTANCE_ID: 'webchat-1' }), around.start({ INSTANCE_ID: 'webchat-2' })];
  addresses = (await Promise.all(hosted.map(({ ready }) => ready))).map((service) => service.addresses.http ?? '');
});
after(async () => {
  await Promise.all((hosted ?? []).map((service) => service.stop()));
  await around?.[Symbol.asyncDispose]();
});

async function openSession(address: string, resume?: string, more: object = {}): Promise<OpenedSession> {
  return await until(async () => {
    const body = JSON.stringify({ channel: channelId, resume, ...more });
    const response = await fetch(`${address}/widget/v1/session`, { method: 'POST', body });
    return response.ok && ((await response.json()) as OpenedSession);
  });
}

/** An order that shows something for a moment. */
function orderTo(
  who: string,
  action: NonNullable<NonNullable<SendOrder['message']>['action']>,
  about?: ChannelEvent,
): EgressItem {
  const item = sendText(channelId, who, '');
  if (item.order?.$case !== 'send' || item.order.value.message === undefined) throw new Error('no order to send');
  item.order.value.message.action = action;
  if (about === undefined) return item;
  const conversationPlatformId = about.conversation?.platformId ?? '';
  item.order.value.targets = [{ messageId: about.id, platformIds: [about.platformId], conversationPlatformId }];
  return item;
}

interface Frame {
  readonly t: string;
  readonly cid?: string;
  readonly seq?: number;
  readonly upTo?: number;
  readonly token?: string;
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
    heard: async (kind: string) => await until(() => frames.findLast(({ t }) => t === kind)),
    closed: new Promise<number>((done) => socket.addEventListener('close', ({ code }) => done(code), { once: true })),
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

/** Everything that was told of a visitor, in order. */
async function told(visitorId: string): Promise<readonly ChannelEvent[]> {
  const items = await around.entered(channelId);
  const events = items.flatMap(({ item }) => (item?.$case === 'hookCall' ? item.value.events : []));
  return events.filter(({ conversation }) => conversation?.platformId === visitorId);
}

test('the start tells where the visitor came from and who the site proves they are', async () => {
  const [one = ''] = addresses;
  const page = { url: 'https://shop.example/teapot', title: 'Teapot', referrer: 'https://ya.example/' };
  const ids = { yandexClientId: '1699', roistatVisitId: '77', calltouchSessionId: '5' };
  const hmac = createHmac('sha256', 'site').update('u-7').digest('hex');
  const identity = { userId: 'u-7', name: 'Anna', hmac };
  const found = { page, utm: { utm_source: 'ya', utm_term: 'teapot' }, ...ids, identity };
  const session = await openSession(one, undefined, found);
  using widget = await openWidget(one, session.token, 0);
  widget.say({ t: 'send', cid: 'cid-00001', text: 'hello' });
  await widget.acked('cid-00001');
  const [start, message] = await told(session.visitorId);
  assert.deepEqual(start?.context, {
    ...{ ref: '', source: 'widget', adId: '', clickId: '' },
    ...{ pageUrl: page.url, pageTitle: page.title, referrer: page.referrer },
    ...{ utm: { source: 'ya', term: 'teapot' }, visitorId: session.visitorId, ...ids },
  });
  assert.equal(start?.event?.$case, 'start');
  assert.equal(message?.event?.$case, 'message');
  assert.deepEqual(message?.sender?.alternativeIds, { user_id: 'u-7' });
  assert.deepEqual([message?.sender?.displayName, message?.sender?.isVerified], ['Anna', true]);
});

test('typing goes both ways, read marks too, and “seen” is still known to the next page', async () => {
  const [one = '', two = ''] = addresses;
  const { token, visitorId } = await openSession(one);
  using widget = await openWidget(one, token, 0);
  widget.say({ t: 'send', cid: 'cid-00001', text: 'hello' });
  await widget.acked('cid-00001');
  widget.say({ t: 'typing', on: true });
  await until(async () => (await told(visitorId)).some(({ event }) => event?.$case === 'typing' && event.value.isOn));
  await around.order(orderTo(visitorId, { $case: 'typing', value: Typing.create({ isOn: true }) }));
  await widget.heard('typing');
  await around.order(sendText(channelId, visitorId, 'good day'));
  await until(() => widget.log().length === 2);
  widget.say({ t: 'read', upTo: 2 });
  const states = async () =>
    (await told(visitorId)).flatMap(({ event }) => (event?.$case === 'receipt' ? [event.value.state] : []));
  await until(async () => (await states()).length === 2);
  // Delivered, then read.
  assert.deepEqual(await states(), [2, 3]);
  const theirs = (await told(visitorId)).find(({ event }) => event?.$case === 'message') ?? assert.fail();
  await around.order(orderTo(visitorId, { $case: 'read', value: { messageId: theirs.id } }, theirs));
  await until(async () => (await widget.heard('seen')).upTo === 1);
  using next = await openWidget(two, token, 2);
  assert.equal((await next.heard('seen')).upTo, 1);
});

test('a token that is nearly over is followed by a new one while the socket is open', async () => {
  const [one = '', two = ''] = addresses;
  const { token, visitorId } = await openSession(one);
  using widget = await openWidget(one, token, 0);
  widget.say({ t: 'ping' });
  const { token: later = '' } = await widget.heard('pong');
  const sent = await fetch(`${two}/widget/v1/send?token=${later}`, {
    method: 'POST',
    body: '{"t":"send","cid":"cid-00001","text":"by the new token"}',
  });
  assert.equal(((await sent.json()) as Frame).t, 'ack');
  assert.equal((await told(visitorId)).length, 2);
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

test('an instance that goes is no loss: its widgets find everything at another, once', async () => {
  const [one = '', two = ''] = addresses;
  const { token, resume, visitorId } = await openSession(one);
  using here = await openWidget(one, token, 0);
  here.say({ t: 'send', cid: 'cid-00001', text: 'before' });
  await here.acked('cid-00001');
  // The last one is on its way when the instance goes: the widget cannot know, and sends it again.
  here.say({ t: 'send', cid: 'cid-00002', text: 'in between' });
  await hosted[0]?.stop();
  assert.equal(await here.closed, 1001);
  await around.order(sendText(channelId, visitorId, 'an answer meanwhile'));
  const again = await openSession(two, resume);
  assert.equal(again.visitorId, visitorId);
  using there = await openWidget(two, again.token, 1);
  there.say({ t: 'send', cid: 'cid-00002', text: 'in between' });
  there.say({ t: 'send', cid: 'cid-00003', text: 'after' });
  await there.acked('cid-00003');
  await until(() => there.log().length === 3);
  const words = there.log().map(([, text]) => text);
  assert.deepEqual(words.toSorted(), ['after', 'an answer meanwhile', 'in between']);
  assert.ok(words.indexOf('in between') < words.indexOf('after'));
  const written = (await told(visitorId)).flatMap(({ event, dedupeKey }) =>
    event?.$case === 'message' ? [dedupeKey] : [],
  );
  assert.equal(new Set(written).size, 3);
});
