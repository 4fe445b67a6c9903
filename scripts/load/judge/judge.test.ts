import assert from 'node:assert/strict';
import { createHash, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { CompactEncrypt } from 'jose';
import { Webhook } from 'standardwebhooks';
import { headers as names } from '../../../packages/contracts/src/index.ts';
import { startChild } from '../child.ts';
import { markedText } from '../mark.ts';
import { chainAfter } from './ledger.ts';
import type { JudgeOrders } from './main.ts';
import type { CloudEvent } from './open.ts';

const licenceKey = 'tlk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9jDc0p';
const secret = Buffer.from(licenceKey.slice(4), 'base64url').subarray(0, 32);
const derive = (info: string, size: number) =>
  Buffer.from(hkdfSync('sha256', secret, 'trunkline.portal.v1', info, size));
const [encryption, signing] = [derive('encryption', 32), derive('signing', 32)];
const kid = derive('kid', 8).toString('hex');
const conversation = 'c1';

/** A message of this number, as the event of this sequence that follows `before`. */
async function sealed(sequence: number, number: number, before = '0'.repeat(64)): Promise<CloudEvent> {
  const text = markedText({ portal: 'p1', number, atMs: Date.now() }, 64);
  const said = JSON.stringify({
    conversation: { id: conversation },
    messageReceived: { content: { text: { plain: text } } },
  });
  const own = { sequence: String(sequence).padStart(20, '0'), id: `e${sequence}` };
  const chain = chainAfter(before, { ...own, hash: createHash('sha256').update(said).digest('hex') });
  const jwe = new CompactEncrypt(Buffer.from(said)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid });
  return {
    ...{ ...own, chain, source: 'trunkline/t/p', type: 'trunkline.message.received.v1', subject: conversation },
    ...{ datacontenttype: 'application/jose', data: await jwe.encrypt(encryption) },
  };
}

function skipped(from: number, to: number, chain: string): CloudEvent {
  const range = { from: String(from).padStart(20, '0'), to: String(to).padStart(20, '0') };
  return {
    ...{ id: `n${to}`, source: 'trunkline/t/p', type: 'trunkline.events.skipped.v1', sequence: range.to, chain },
    ...{ datacontenttype: 'application/json', data: { ...range, reason: 'not taken' } },
  };
}

/** The judge's own process, which knows one portal, and a delivery that does as it is told. */
async function setting() {
  const judge = startChild<JudgeOrders>(new URL('main.ts', import.meta.url));
  const url = await judge.ask('listen', null);
  await judge.ask('know', { p1: { id: 'p', tenantId: 't', licenceKey } });
  const post = async (events: readonly CloudEvent[], webhookId = idOf(events)) => {
    const [body, at] = [JSON.stringify(events), new Date()];
    const signature = new Webhook(signing.toString('base64')).sign(webhookId, at, body);
    const given = { [names.webhookId]: webhookId, [names.webhookTimestamp]: String(Math.floor(at.getTime() / 1_000)) };
    const options = { method: 'POST', body, headers: { ...given, [names.webhookSignature]: signature } };
    return (await fetch(`${url}/p1`, { ...options, redirect: 'manual' })).status;
  };
  return {
    ...{ judge, post },
    verdict: async (sent: number, toldBy: 'notices' | 'replays' = 'notices') =>
      await judge.ask('judge', { sent: { p1: sent }, toldBy }),
    [Symbol.asyncDispose]: () => judge[Symbol.asyncDispose](),
  };
}

function idOf(events: readonly CloudEvent[]): string {
  const replay = events[0]?.replay;
  return `p_${Number(events[0]?.sequence)}_${Number(events.at(-1)?.sequence)}${replay === undefined ? '' : `_r${replay}`}`;
}

test('the judge finds nothing wrong with what is as it must be, repeats too', async () => {
  await using around = await setting();
  const first = await sealed(1, 1);
  const second = await sealed(2, 2, first.chain);
  for (const batch of [[first], [first, second], [second]]) assert.equal(await around.post(batch), 204);
  const { lost, doubled, outOfOrder, repeats, broken } = await around.verdict(2);
  assert.deepEqual(
    { lost, doubled, outOfOrder, repeats, broken },
    { lost: 0, doubled: 0, outOfOrder: 0, repeats: 2, broken: [] },
  );
});

test('a message that comes under two sequences is doubled', async () => {
  await using around = await setting();
  const first = await sealed(1, 1);
  await around.post([first, await sealed(2, 1, first.chain)]);
  const { doubled, repeats, brokenCount } = await around.verdict(1);
  assert.deepEqual({ doubled, repeats, brokenCount }, { doubled: 1, repeats: 0, brokenCount: 0 });
});

test('an event that the chain does not prove, a gap, and another event under a known sequence are broken', async () => {
  await using around = await setting();
  const first = await sealed(1, 1);
  await around.post([first]);
  await around.post([await sealed(2, 2, 'f'.repeat(64))]);
  await around.post([await sealed(4, 4)]);
  await around.post([await sealed(1, 9)]);
  const { brokenCount, broken } = await around.verdict(4);
  assert.equal(brokenCount, 3, broken.join('\n'));
  assert.match(broken.join('\n'), /does not prove 2[\s\S]*4 came, and what is before[\s\S]*1 is another event/);
});

test('a request that is named or signed wrongly is broken', async () => {
  await using around = await setting();
  await around.post([await sealed(1, 1)], 'p_1_2');
  assert.match((await around.verdict(1)).broken.join(), /p_1_2 instead of p_1_1/);
});

test('what is skipped must have been tried, and only what is kept of it is told', async () => {
  await using around = await setting();
  await around.judge.ask('expectNotices', { names: ['p1'], kinds: ['skipped'] });
  const first = await sealed(1, 1);
  const second = await sealed(2, 2, first.chain);
  await around.judge.ask('misbehave', { p1: 'failing' });
  assert.equal(await around.post([first]), 500);
  await around.judge.ask('misbehave', { p1: null });
  await around.post([skipped(1, 1, first.chain), second]);
  assert.deepEqual((await around.verdict(2)).broken, []);
  assert.equal((await around.verdict(2, 'replays')).lost, 1, 'nothing was kept yet');
  await around.post([{ ...first, replay: 1 }]);
  const { lost, told } = await around.verdict(2, 'replays');
  assert.deepEqual({ lost, told }, { lost: 0, told: 1 });
  const third = await sealed(3, 3, second.chain);
  await around.post([skipped(3, 3, third.chain)]);
  assert.match((await around.verdict(3)).broken.join(), /names what was never tried/);
});

test('faults are played as the protocol knows them: a part, one alone, one by its id, a key that is unknown', async () => {
  await using around = await setting();
  const events: CloudEvent[] = [];
  for (let number = 1; number <= 8; number += 1) events.push(await sealed(number, number, events.at(-1)?.chain));
  const behave = (fault: Parameters<JudgeOrders['misbehave']>[0][string]) =>
    around.judge.ask('misbehave', { p1: fault });
  await behave('partial');
  assert.equal(await around.post(events.slice(0, 4)), 200);
  assert.equal((await around.verdict(2)).received, 2);
  await behave('narrow');
  assert.equal(await around.post(events.slice(2, 6)), 413);
  assert.equal(await around.post(events.slice(2, 3)), 204);
  await behave('keyless');
  assert.equal(await around.post(events.slice(3, 6)), 422);
  await behave('redirecting');
  assert.equal(await around.post(events.slice(3, 6)), 302);
  await behave('picky');
  assert.equal(await around.post(events.slice(3)), 200, 'what is before the unwanted one');
  assert.equal((await around.verdict(6)).received, 6);
  assert.equal(await around.post(events.slice(6)), 422, 'the unwanted one in front');
  assert.equal(await around.post(events.slice(6)), 200, 'taken, if it comes again all the same');
  await behave(null);
  assert.equal(await around.post(events.slice(7)), 204);
  const { lost, broken } = await around.verdict(8);
  assert.deepEqual({ lost, broken }, { lost: 0, broken: [] });
});
