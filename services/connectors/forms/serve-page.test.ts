import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type FormDoor, startFormDoor } from './simulator/door.ts';
import { leastFillMs } from './token.ts';

const origin = 'https://shop.example';

async function startDoor(t: TestContext, settings: object = {}): Promise<FormDoor> {
  const door = await startFormDoor({ settings: { country: 'RU', ...settings } });
  t.after(() => door[Symbol.asyncDispose]());
  return door;
}

async function getPage(door: FormDoor, address = '203.0.113.1') {
  const response = await fetch(`${door.url}?lang=en`, { headers: { 'x-forwarded-for': address } });
  const html = await response.text();
  return { status: response.status, html, headers: response.headers };
}

/** Sends the page's own form, filled in. */
async function sendPage(door: FormDoor, headers: Record<string, string>, address = '203.0.113.1') {
  const { html: given } = await getPage(door, address);
  const token = /name="token" value="([^"]+)"/.exec(given)?.[1] ?? assert.fail(given);
  door.aheadMs += leastFillMs;
  const body = new URLSearchParams({ token, lang: 'en', phone: '8 912 345-67-89', message: 'Is it glazed?' });
  const sent = { method: 'POST', body, headers: { ...headers, 'x-forwarded-for': address } };
  const response = await fetch(`${door.url}?lang=en`, sent);
  return { status: response.status, html: await response.text() };
}

const places: readonly [from: string, headers: (door: FormDoor) => Record<string, string>, status: number][] = [
  ['our own page', (door) => ({ origin: new URL(door.url).origin }), 200],
  [
    'our own page under another name',
    () => ({ origin: 'https://forms.example', 'sec-fetch-site': 'same-origin' }),
    200,
  ],
  ['a site of the list', () => ({ origin }), 200],
  ['what is no page', () => ({}), 200],
  ['another site', () => ({ origin: 'https://other.example', 'sec-fetch-site': 'cross-site' }), 403],
  ['a page that hides what it is', () => ({ origin: 'null', 'sec-fetch-site': 'cross-site' }), 403],
];
for (const [from, headers, status] of places) {
  test(`a form that is sent to the page from ${from} is answered with ${status}`, async (t) => {
    const door = await startDoor(t, { origins: [origin] });
    const sent = await sendPage(door, headers(door));
    assert.equal(sent.status, status);
    assert.match(sent.html, status === 200 ? /We have your message/ : /The form cannot be sent from this page\./);
    assert.equal(door.entered.length > 0, status === 200);
  });
}

test('where there is no list a form comes from any site', async (t) => {
  const door = await startDoor(t);
  assert.equal((await sendPage(door, { origin: 'https://other.example' })).status, 200);
});

test('our own page tells us where it sends from, and others nothing', async (t) => {
  const { headers } = await getPage(await startDoor(t));
  assert.equal(headers.get('referrer-policy'), 'same-origin');
});

test('an address gets so many pages and no more, in words; another address is not in its way', async (t) => {
  const door = await startDoor(t);
  const statuses: number[] = [];
  for (let n = 0; n < 60; n += 1) statuses.push((await getPage(door)).status);
  // Read on until it is refused: a slow machine earns a page a second meanwhile.
  let last = await getPage(door);
  for (let n = 0; n < 200 && last.status === 200; n += 1) last = await getPage(door);
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(last.status, 429);
  assert.match(last.html, /Too many forms are asked for\. Please try again in a minute\./);
  assert.ok(Number(last.headers.get('retry-after')) >= 1);
  assert.equal((await getPage(door, '203.0.113.2')).status, 200);
});

test('a site that is written in Cyrillic may show the page', async (t) => {
  const { status, headers } = await getPage(await startDoor(t, { origins: ['https://магазин.рф'] }));
  assert.equal(status, 200);
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors https:\/\/xn--80aairftm\.xn--p1ai$/);
});
