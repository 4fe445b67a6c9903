import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { createNetworkSimulator, type NetworkOptions } from './index.ts';

// Another installation, written by hand after protocol.md alone: it joins the simulator's line, and has a line that is joined.

const own = 'a secret of another installation';
const name = createHash('sha256').update(own).digest('base64url').slice(0, 22);
const place = 'http://127.0.0.1:9/hooks/network/33333333-3333-5333-8333-333333333333';
const sign = (key: string, body: string) => createHmac('sha256', key).update(body).digest('hex');

interface Answer {
  readonly status: number;
  readonly said: Readonly<Record<string, unknown>>;
}

async function post(url: string, key: string, fields: object, headers: Record<string, string> = {}): Promise<Answer> {
  const body = JSON.stringify({ network: 1, name: 'By hand', at: Date.now(), ...fields });
  const { from } = JSON.parse(body) as { from: string };
  const proof = { 'network-from': from, 'network-signature': sign(key, body), ...headers };
  const response = await fetch(url, { method: 'POST', headers: proof, body });
  const text = await response.text();
  return { status: response.status, said: text.startsWith('{') ? JSON.parse(text) : {} };
}

/** A partner of the simulator's line. */
async function partner(options: NetworkOptions = {}) {
  const simulator = await createNetworkSimulator({ retryDelayMs: 5, ...options });
  const [url = '', code = ''] = simulator.lineAddress().split('#');
  const about = { side: 'partner', from: name, to: url.split('/').at(-1), address: place };
  const join = (key = code, proof = own) =>
    post(`${url}/join`, key, { ...about, type: 'join', tenant: 'a'.repeat(32) }, { 'network-proof': proof });
  const said = (await join()).said as { key: string; name: string };
  return {
    ...{ simulator, url, code, join, joined: said },
    call: (fields: object, headers = {}, key = said.key) => post(url, key, { ...about, ...fields }, headers),
    seen: () => simulator.view(name).messages.filter(({ by }) => by === 'account'),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

const text = (plain: string, number: number, more: object = {}) => ({
  ...{ type: 'message', id: `m${number}.0`, number: String(number), content: { text: { plain } }, isAutomatic: false },
  ...more,
});

test('its line is joined by the code and the secret behind a name, and by nothing else', async () => {
  await using here = await partner();
  assert.deepEqual(here.joined.name, 'Partner support');
  assert.match(here.joined.key, /^[0-9a-f]{64}$/);
  const { key } = (await here.join()).said;
  assert.equal(key, here.joined.key, 'who joins again is the same');
  assert.equal((await here.join(`${here.code.slice(0, -2)}AA`)).status, 401);
  assert.equal((await here.join(here.code, 'of somebody else')).status, 401);
  here.simulator.renewCode();
  assert.equal((await here.join()).status, 401, 'the former code');
  here.simulator.setOpen({ isOpen: false });
  const [, fresh = ''] = here.simulator.lineAddress().split('#');
  assert.deepEqual(await here.join(fresh), { status: 403, said: { error: 'INACTIVE' } });
});

test('a call without its proof, for somebody else or for nobody is refused, and nothing of it is shown', async () => {
  await using here = await partner();
  const word = text('let me in', 2);
  assert.equal((await here.call(word, { 'network-signature': '' })).status, 401);
  assert.equal((await here.call(word, {}, 'f'.repeat(64))).status, 401);
  assert.equal((await here.call(word, { 'network-from': 'another' })).status, 401);
  assert.equal((await here.call({ ...word, from: 'another' })).status, 401);
  const nobody = here.url.replace(/[^/]+$/, '44444444-4444-5444-8444-444444444444');
  assert.equal((await post(nobody, here.joined.key, { ...word, from: name })).status, 404);
  assert.deepEqual(here.seen(), []);
});

test('what comes again under its id is shown once, also where the answer was lost', async () => {
  await using here = await partner();
  here.simulator.fail({ kind: 'cut_after', method: '' });
  await assert.rejects(here.call(text('hello', 2)));
  assert.deepEqual(await here.call(text('hello', 2)), { status: 200, said: { ok: true } });
  await here.call(text('again', 4));
  assert.deepEqual(
    here.seen().map(({ id, text: shown }) => [id, shown]),
    [
      ['2', 'hello'],
      ['4', 'again'],
    ],
  );
  assert.deepEqual(
    here.simulator.calls.map(({ isRepeat }) => isRepeat),
    [false, true, false],
  );
});

test('it keeps the limits of the protocol, by the names that stand there', async () => {
  const clock = { now: 1_800_000_000_000 - (1_800_000_000_000 % 60_000) };
  await using here = await partner({ now: () => clock.now });
  const errorOf = async (fields: object) => (await here.call({ at: clock.now, ...fields })).said.error;
  assert.equal(await errorOf(text(' ', 2)), 'MESSAGE_EMPTY');
  assert.equal(await errorOf(text('x'.repeat(10_001), 4)), 'MESSAGE_OVERSIZE');
  const cards = { cards: [{ name: 'I', vcard: 'x'.repeat(30 * 1_024) }] };
  assert.equal(await errorOf(text('', 6, { content: { contactCards: cards } })), 'ATTACH_OVERSIZE');
  const errors = [];
  for (let call = 0; call < 180; call += 1) errors.push(await errorOf({ type: 'typing', isOn: true }));
  // Joining and the three before it count, too.
  assert.equal(errors.filter((error) => error === 'TOO_MANY_CALLS').length, 4);
  clock.now += 60_000;
  assert.equal(await errorOf({ type: 'typing', isOn: true }), undefined);
});

test('a call that is not in the form is complained of', async () => {
  await using here = await partner();
  assert.equal((await here.call({ ...text('hello', 2), mood: 'glad' })).status, 500);
  assert.match(here.simulator.takeComplaints().join(), /not in the form/);
});

/** A line by hand, which a person of the simulator may join; it answers as it is told. */
async function line(answers: number[] = []) {
  const simulator = await createNetworkSimulator({ retryDelayMs: 5 });
  const id = '55555555-5555-5555-8555-555555555555';
  const code = Buffer.from(`${id.replaceAll('-', '')}${'0'.repeat(16)}`, 'hex').toString('base64url');
  const told: { readonly path: string; readonly call: Readonly<Record<string, string>> }[] = [];
  const server = createServer(async (request, response) => {
    const call = (await json(request)) as Readonly<Record<string, string>>;
    const status = answers.shift() ?? 200;
    if (status === 200) told.push({ path: request.url ?? '', call });
    response.writeHead(status).end(status === 200 ? JSON.stringify({ ok: true, name: 'By hand', key: 'the key' }) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/network/${id}`;
  return {
    ...{ simulator, told, id, address: `${url}#${code}` },
    texts: () => told.flatMap(({ call }) => (call.type === 'message' ? [call.content] : [])),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('whoever was told of a line and writes joins it first, as often as it takes, and says everything once and in order', async () => {
  await using here = await line([404, 401, 200, 503]);
  const { simulator } = here;
  simulator.person({ id: 'acme', name: 'Acme' });
  simulator.invite({ address: here.address });
  const { actions } = simulator.accounts[0] ?? assert.fail();
  const write = actions.write as (given: object) => unknown;
  await Promise.all(['one', 'two', 'three'].map((each) => write({ from: 'acme', text: each })));
  await until(() => here.texts().length === 3 && simulator.waiting() === 0);
  assert.equal(here.told.filter(({ path }) => path.endsWith('/join')).length, 1);
  const numbers = here.told.flatMap(({ call }) => call.number ?? []).map(Number);
  assert.ok(
    numbers.every((number) => number % 2 === 0),
    "a partner's numbers are even",
  );
  assert.deepEqual(new Set(numbers).size, 3);
});

test('a person who has not written takes one message a week, and every one once they have', async () => {
  await using here = await line();
  const { simulator } = here;
  simulator.person({ id: 'acme', name: 'Acme' });
  await simulator.join({ from: 'acme', address: here.address });
  const seat = simulator.account.seats.get('acme') ?? assert.fail();
  const about = { side: 'line', from: here.id, to: seat.from, address: here.address.split('#')[0] };
  const say = async (plain: string, number: number) =>
    (await post(seat.ownUrl, 'the key', { ...about, ...text(plain, number) })).said.error ?? 'taken';
  assert.deepEqual([await say('an offer', 1), await say('an offer', 1)], ['taken', 'taken']);
  assert.equal(await say('another offer', 3), 'USER_MESSAGE_LIMIT');
  simulator.write({ from: 'acme', text: 'tell me more' });
  assert.equal(await say('with pleasure', 5), 'taken');
  assert.equal(simulator.view('acme').messages.filter(({ by }) => by === 'account').length, 2);
});
