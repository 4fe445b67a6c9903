import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { channelId, type FormDoor, startFormDoor } from './simulator/door.ts';
import { leastFillMs, tokenLifeMs } from './token.ts';

const origin = 'https://shop.example';
const typed = { phone: '8 912 345-67-89', message: 'Is it <b>glazed</b>?' };

let door: FormDoor;
before(async () => {
  door = await startFormDoor({ settings: { country: 'RU', origins: [origin] } });
});
after(() => door?.[Symbol.asyncDispose]());

/** Everybody comes from an address of their own, or they would be too many. */
let visitors = 0;
const from = (more: object = {}) => ({ 'x-forwarded-for': `203.0.113.${visitors++}`, ...more });

/** The form as the script gets it, and its token; by then a person has filled it in. */
async function givenForm(at: FormDoor = door): Promise<string> {
  const response = await fetch(`${at.url}/form?lang=en`, { headers: from({ origin }) });
  assert.equal(response.status, 200);
  const { html } = (await response.json()) as { html: string };
  at.aheadMs += leastFillMs;
  return /name="token" value="([^"]+)"/.exec(html)?.[1] ?? assert.fail(html);
}

async function sendScript(body: object | string, headers: object = {}, at: FormDoor = door) {
  const text = typeof body === 'string' ? body : JSON.stringify({ lang: 'en', values: typed, ...body });
  const response = await fetch(`${at.url}/form`, { method: 'POST', body: text, headers: from({ origin, ...headers }) });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer, headers: response.headers };
}

async function sendForm(fields: Record<string, string>, headers: object = {}, at: FormDoor = door) {
  const response = await fetch(at.url, { method: 'POST', body: new URLSearchParams(fields), headers: from(headers) });
  const html = await response.text();
  const token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return { status: response.status, html, token, headers: response.headers };
}

const ids = (at: FormDoor = door) => at.entered.map((event) => (event as { id: string }).id);

test('a form is answered with success once it is stored, and the same again is the same form', async () => {
  door.entered.length = 0;
  const token = await givenForm();
  const first = await sendScript({ token });
  assert.equal(first.status, 200);
  assert.match(String(first.answer.html), /Thank you! We have your message\./);
  assert.equal(door.entered.length, 1);
  assert.equal((await sendScript({ token })).status, 200);
  assert.equal(ids()[1], ids()[0]);
});

test('what cannot be stored is answered with 503 and told to try again; then it is the same form', async () => {
  door.entered.length = 0;
  const token = await givenForm();
  door.isDown = true;
  const { status, answer, headers } = await sendScript({ token });
  door.isDown = false;
  assert.deepEqual([status, answer.code, headers.get('retry-after')], [503, 'unavailable', '2']);
  assert.match(String(answer.message), /still here/);
  assert.equal((await sendScript({ token })).status, 200);
  assert.equal(door.entered.length, 1);
});

test('a token that was used for something else, or is over, is answered with one that works at once', async () => {
  const token = await givenForm();
  assert.equal((await sendScript({ token })).status, 200);
  const used = await sendScript({ token, values: { ...typed, message: 'Something else' } });
  assert.deepEqual([used.status, used.answer.code], [409, 'already_exists']);
  assert.equal(
    (await sendScript({ token: used.answer.token, values: { ...typed, message: 'Something else' } })).status,
    200,
  );
  const old = await givenForm();
  door.aheadMs += tokenLifeMs + 1_000;
  const over = await sendScript({ token: old });
  assert.deepEqual([over.status, over.answer.code], [410, 'failed_precondition']);
  assert.equal((await sendScript({ token: over.answer.token })).status, 200);
});

test('a form that was sent in time is still the same one a day later', async () => {
  const token = await givenForm();
  door.entered.length = 0;
  assert.equal((await sendScript({ token })).status, 200);
  door.aheadMs += tokenLifeMs + 1_000;
  assert.equal((await sendScript({ token })).status, 200);
  assert.equal(ids()[1], ids()[0]);
});

const strange: readonly [name: string, body: () => object | string, headers: object, status: number, code: string][] = [
  ['of a site that is not on the list', () => ({}), { origin: 'https://other.example' }, 403, 'permission_denied'],
  ['of no site at all, where there is a list', () => ({}), { origin: '' }, 403, 'permission_denied'],
  ['without a token', () => ({}), {}, 401, 'unauthenticated'],
  [
    'with a forged token',
    () => ({ token: `${Buffer.from('x 0 9e15 script').toString('base64url')}.${'0'.repeat(64)}` }),
    {},
    401,
    'unauthenticated',
  ],
  ['of a megabyte', () => ({ values: { message: 'x'.repeat(1_000_000) } }), {}, 413, 'too_large'],
  [
    'of a thousand fields',
    () => ({ values: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`f${n}`, ''])) }),
    {},
    400,
    'invalid_argument',
  ],
  ['that is no JSON', () => '{"token": "', {}, 400, 'invalid_argument'],
  ['that is a list', () => '[]', {}, 400, 'invalid_argument'],
  ['nested as deep as it likes', () => `${'['.repeat(50_000)}${']'.repeat(50_000)}`, {}, 400, 'invalid_argument'],
];
for (const [name, body, headers, status, code] of strange) {
  test(`a form ${name} is refused with ${status}, and nothing of it is stored`, async () => {
    door.entered.length = 0;
    const refused = await sendScript(body(), headers);
    assert.deepEqual([refused.status, refused.answer.code], [status, code]);
    assert.ok(String(refused.answer.message).length > 10 && JSON.stringify(refused.answer).length < 500);
    assert.equal(refused.headers.get('access-control-allow-origin'), '*', 'the page can read why');
    assert.deepEqual(door.entered, []);
  });
}

test('a thousand fields of a browser are refused too', async () => {
  const { status } = await sendForm(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`f${n}`, ''])));
  assert.equal(status, 400);
});

test('an address of nobody’s form is answered so, whatever is asked of it', async () => {
  const nobody = door.url.replace(channelId, '22222222-2222-5222-8222-222222222222');
  for (const path of ['', '/form', '/form.js']) assert.equal((await fetch(nobody + path)).status, 404, path);
  assert.equal((await fetch(nobody, { method: 'POST', body: 'phone=1' })).status, 404);
});

test('the form’s page is served with a policy that lets nothing run and the listed sites frame it', async () => {
  const response = await fetch(`${door.url}?lang=ru`, { headers: from({ referer: 'https://shop.example/contact' }) });
  const html = await response.text();
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(
    policy,
    /default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors https:\/\/shop\.example/,
  );
  assert.match(html, /<html lang="ru">/);
  assert.match(html, /name="page" value="https:\/\/shop\.example\/contact"/);
  assert.doesNotMatch(html, /<script|\son\w+=/);
});

test('a company’s own form is shown again with a token, everything typed in it, and is sent from there', async () => {
  door.entered.length = 0;
  const hostile = { phone: '8 912 345-67-89', message: '"><script>alert(1)</script>' };
  const shown = await sendForm(hostile, { referer: 'https://shop.example/own', 'accept-language': 'en' });
  assert.equal(shown.status, 401);
  assert.match(shown.html, /Please check what you wrote, and send it\./);
  assert.match(shown.html, /&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;<\/textarea>/);
  assert.doesNotMatch(shown.html, /<script/);
  const early = await sendForm({ ...hostile, token: shown.token, lang: 'en' });
  assert.deepEqual([early.status, early.token], [429, shown.token]);
  door.aheadMs += leastFillMs;
  const sent = await sendForm({ ...hostile, token: shown.token, lang: 'en', page: 'https://shop.example/own' });
  assert.equal(sent.status, 200);
  assert.match(sent.html, /Thank you! We have your message\./);
  const [form] = door.entered as {
    context?: { pageUrl: string };
    message?: { content: { form: { values: object } } };
  }[];
  assert.equal(form?.context?.pageUrl, 'https://shop.example/own');
  assert.deepEqual(form?.message?.content.form.values, { phone: '+79123456789', message: hostile.message });
});

test('without a script the form keeps what was typed while it cannot be stored, and what is wrong stands at its field', async () => {
  const { token } = await sendForm({});
  door.aheadMs += leastFillMs;
  const wrong = await sendForm({ phone: '112', message: 'I stay', token, lang: 'en' });
  assert.equal(wrong.status, 400);
  assert.match(wrong.html, /id="f-phone"[^>]+aria-describedby="e-phone" required aria-invalid="true"/);
  assert.match(wrong.html, /id="e-phone">This is not a phone number/);
  door.isDown = true;
  const down = await sendForm({ ...typed, message: 'I stay', token, lang: 'en' });
  door.isDown = false;
  assert.deepEqual([down.status, down.token], [503, token]);
  assert.match(down.html, /still here.*I stay<\/textarea>/s);
  assert.equal((await sendForm({ ...typed, message: 'I stay', token, lang: 'en' })).status, 200);
});

test('a token of the page is none for the script, and the other way round', async () => {
  const { token } = await sendForm({});
  door.aheadMs += leastFillMs;
  assert.equal((await sendScript({ token })).status, 401);
  assert.equal((await sendForm({ ...typed, token: await givenForm() })).status, 401);
});

test('one address sends so many and no more; another costs it nothing; and the channel has its own most', async (t) => {
  const refusedOf = async (set: object, addressOf: (n: number) => string) => {
    const at = await startFormDoor({ settings: { country: 'RU', ...set } });
    t.after(() => at[Symbol.asyncDispose]());
    const tokens: string[] = [];
    for (let n = 0; n < 12; n += 1) tokens.push(await givenForm(at));
    const aheadMs = at.aheadMs;
    const statuses: number[] = [];
    for (const [n, token] of tokens.entries()) {
      at.aheadMs = aheadMs;
      const { status, headers } = await sendScript({ token }, { 'x-forwarded-for': addressOf(n) }, at);
      statuses.push(status);
      if (status === 429) assert.ok(Number(headers.get('retry-after')) >= 1);
    }
    return statuses.filter((status) => status === 429).length;
  };
  assert.equal(await refusedOf({}, () => '203.0.113.1'), 2);
  assert.equal(await refusedOf({}, (n) => `198.51.100.${n}`), 0);
  assert.equal(await refusedOf({ perMinute: 5 }, (n) => `198.51.100.${n}`), 7);
});
