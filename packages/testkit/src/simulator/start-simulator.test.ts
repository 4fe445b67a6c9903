import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerCall, answerFile } from './answer-call.ts';
import { fromBigJson, toBigJson } from './big-json.ts';
import { createChats } from './chats.ts';
import type { ClientSide } from './client-side.ts';
import { readForm } from './read-form.ts';
import { type SimulatorWorld, startSimulator } from './start-simulator.ts';
import { callTroubles, createTroubles, fileTroubles } from './troubles.ts';

/** The smallest platform: it answers every call with what it was asked. */
function parrot({ now, ended, complain }: SimulatorWorld) {
  const troubles = createTroubles({ ...callTroubles, ...fileTroubles });
  const chats = createChats('Parrot', now);
  const actions = {
    person: ({ id = 'anna', name = 'Anna' }) => ({ id, name }),
    write: ({ from, text }: { from: string; text: string }) => chats.add(from, { id: text, by: 'client', text }).id,
    fail: troubles.fail,
    heal: troubles.heal,
  };
  const file = { mimeType: 'text/plain', bytes: Buffer.from('hello') };
  const client: ClientSide = {
    ...{ id: 'p1', title: 'Parrot', messenger: 'Parrot', actions, menu: [], canReply: true, reactions: [], troubles },
    ...{ hookUrl: () => undefined, view: (chat) => chats.view(chat), changed: chats.changed, file: () => file },
  };
  return {
    accounts: [client],
    complain,
    troubles,
    answer: async (request: Parameters<typeof readForm>[0]) => {
      if (request.url.pathname === '/file') return answerFile(troubles, file, { status: 404, body: 'gone' });
      const { fields } = await readForm(request);
      return await answerCall(troubles, {
        method: request.url.pathname.slice(1),
        run: () => fields,
        answer: (body) => ({ status: 200, body: toBigJson(body) }),
        refuse: () => ({ status: 400 }),
        tooMany: (seconds) => ({ status: 429, body: { seconds } }),
        refusal: ({ code }) => ({ status: 400, body: { code } }),
        signal: ended,
      });
    },
  };
}

test('a call is answered, or goes wrong as it was told', async () => {
  await using platform = await startSimulator(parrot);
  const say = async (path = 'say') => {
    const response = await fetch(`${platform.url}/${path}?a=1`, {
      method: 'POST',
      body: '{"id":12345678901234567890}',
    });
    return `${response.status} ${await response.text()}`;
  };
  assert.equal(await say(), '200 {"a":"1","id":12345678901234567890}');
  platform.troubles.fail({ kind: 'too_many_requests', seconds: 7 });
  platform.troubles.fail({ kind: 'refusal', code: 131_047, method: 'other' });
  assert.equal(await say(), '429 {"seconds":7}');
  assert.equal(await say('other'), '400 {"code":131047}');
  platform.troubles.fail({ kind: 'broken_answer' });
  assert.equal(await say(), '200 {"a":"1","id":123');
  platform.troubles.fail({ kind: 'cut_after' });
  await assert.rejects(say());
  platform.troubles.fail({ kind: 'file_gone' });
  assert.equal(await say('file'), '404 gone');
  assert.equal(await say('file'), '200 hello');
});

test('a page writes as a client, arms troubles, and hears of every change', async () => {
  await using platform = await startSimulator(parrot);
  const control = `${platform.url}/control/p1`;
  const post = async (action: string, given: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${control}/${action}`, { method: 'POST', headers, body: JSON.stringify(given) });
    return [response.status, await response.json()] as const;
  };
  const view = async (after?: number) =>
    (await (await fetch(`${control}/view?chat=anna${after === undefined ? '' : `&after=${after}`}`)).json()) as {
      version: number;
      armed: string[];
      messages: { text: string }[];
    };
  const { version } = await view();
  const changed = view(version);
  assert.deepEqual(await post('write', { from: 'anna', text: 'hello' }), [200, { result: 'hello' }]);
  assert.equal((await changed).messages[0]?.text, 'hello');
  assert.equal((await post('constructor', {}))[0], 400);
  assert.equal((await post('fail', { kind: 'telepathy' }))[0], 400);
  await post('fail', { kind: 'slow', times: 9 });
  assert.deepEqual((await view()).armed, ['slow']);
  await post('heal', { kind: 'slow' });
  assert.deepEqual((await view()).armed, []);
  const [account] = (await (await fetch(`${platform.url}/control`)).json()) as { can: string[] }[];
  assert.deepEqual(account?.can, ['person', 'write', 'fail', 'heal']);
});

test('a complaint that nobody took fails the close', async () => {
  const platform = await startSimulator(parrot);
  platform.complain('the hook was late');
  await assert.rejects(platform.close(), /the hook was late/);
  await using quiet = await startSimulator(parrot);
  quiet.complain('the hook was late');
  assert.deepEqual(quiet.takeComplaints(), ['the hook was late']);
});

test('ids above 2^53 go through unharmed', () => {
  assert.equal(toBigJson(fromBigJson('{"id":5812661846655238145,"n":1}')), '{"id":5812661846655238145,"n":1}');
});
