import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HookCall } from '@trunkline/contracts';
import { everyTenant } from '@trunkline/runtime';
import { until } from '@trunkline/testkit';
import { only, texts } from './testing/build.ts';
import { type Surroundings, startSurroundings } from './testing/surroundings.ts';
import { says } from './testing/talk.ts';

let around: Surroundings;
before(async () => {
  around = await startSurroundings();
});
after(async () => {
  await around?.[Symbol.asyncDispose]();
});

const administrator = { tenant: everyTenant };
const parked = (body: string) => ({
  $case: 'hookCall' as const,
  value: HookCall.create({
    channelId: 'ch1',
    connector: 'telegram',
    raw: Buffer.from(body),
    parseError: 'unknown_kind: new',
  }),
});
const parse = async (more: object = {}) =>
  await around.messages.reparse({ connector: 'telegram', ...more }, administrator);
/** A body is `<person> <text>`; "?" is still not understood. */
const fixed = (body: string) => {
  const [who = '', text = ''] = body.split(' ');
  return text === '?' ? { parseError: 'unknown_kind: still' } : { events: [says(who, text)] };
};

test('what was parked is counted by a dry run, enters late and in order after a fix, and once', async () => {
  await around.enter(parked('r one'), parked('r two'), parked('r ?'), parked('r three'));
  await until(async () => only(await around.facts(), 'parked').length === 4);
  around.parser = fixed;
  const counted = await parse({ isDryRun: true });
  assert.deepEqual([counted.found, counted.understood, counted.events], [4, 3, 3]);
  assert.deepEqual(
    counted.stillParked.map(({ channelId, reason }) => [channelId, reason]),
    [['ch1', 'unknown_kind: still']],
  );
  assert.equal(only(await around.facts(), 'received').length, 0, 'a dry run enters nothing');

  const done = await parse();
  assert.deepEqual([done.found, done.understood], [4, 3]);
  const facts = await until(async () => {
    const all = await around.facts();
    return only(all, 'received').length === 3 && all;
  });
  assert.deepEqual(texts(facts), ['one', 'two', 'three']);
  assert.ok(only(facts, 'received').every(({ told }) => told.isLate));
  const again = await until(async () => {
    const left = await parse({ isDryRun: true });
    return left.found === 1 && left;
  });
  assert.deepEqual([again.understood, again.stillParked.length], [0, 1]);
});

test('parsed again while the former time is still under way, everything is told once', async () => {
  await around.enter(parked('s one'), parked('s two'));
  await until(async () => only(await around.facts(), 'parked').length >= 6);
  around.parser = fixed;
  await Promise.all([parse(), parse(), parse()]);
  await until(async () => (await parse({ isDryRun: true })).found === 1);
  const own = only(await around.facts(), 'received').filter(({ told }) => told.event?.conversation?.platformId === 's');
  assert.equal(own.length, 2);
});

test('page after page nothing is left out', async () => {
  await around.enter(...Array.from({ length: 7 }, (_, n) => parked(`p ${n}`)));
  await until(async () => only(await around.facts(), 'parked').length >= 13);
  around.parser = fixed;
  let found = 0;
  for (let pageToken = ''; ; ) {
    const page = await parse({ isDryRun: true, pageSize: 2, pageToken });
    found += page.found;
    pageToken = page.nextPageToken;
    if (pageToken === '') break;
  }
  assert.equal(found, 8);
});

test('a connector that does not answer loses nothing, and nobody but an administrator parses again', async () => {
  around.parser = () => {
    throw new Error('the parser broke');
  };
  await assert.rejects(parse(), { code: 'unavailable' });
  await assert.rejects(around.messages.reparse({ connector: 'telegram' }, { tenant: 't1' }), {
    code: 'permission_denied',
  });
  around.parser = () => ({ parseError: 'no' });
  assert.equal((await parse({ isDryRun: true })).found, 8);
});
