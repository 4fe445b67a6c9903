import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { type ChannelEvent, mediaOf } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { download } from './download.ts';
import { startWorld, textOf, toolsFor } from './testing/world.ts';

const textIn = ({ event }: ChannelEvent) =>
  event?.$case === 'message' && event.value.content?.kind?.$case === 'text' ? event.value.content.kind.value.plain : '';
const messages = (events: readonly ChannelEvent[]) => events.filter(({ event }) => event?.$case === 'message');

test('what people write arrives, although the hook fails in between, and is one event each, however often it comes', async () => {
  await using world = await startWorld();
  world.hook.refusals.push(503, 500);
  world.simulator.fail({ kind: 'repeated', times: 3 });
  world.simulator.fail({ kind: 'batched' });
  world.simulator.fail({ kind: 'reversed' });
  const written = Array.from({ length: 12 }, (_, index) => `message ${index}`);
  for (const text of written) world.simulator.write({ from: world.anna.id, text });
  const distinct = () => new Map(messages(world.hook.events).map((event) => [event.id, textIn(event)]));
  await until(() => distinct().size === written.length);
  assert.deepEqual(new Set(distinct().values()), new Set(written));
  world.simulator.redeliver({ count: 3 });
  await until(() => messages(world.hook.events).length > written.length);
  assert.equal(distinct().size, written.length, 'what comes again long after it was taken is the same event');
});

test('events of other numbers in the same call are not ours', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'foreign' });
  world.simulator.write({ from: world.anna.id, text: 'for us' });
  await until(() => messages(world.hook.events).length > 0);
  assert.deepEqual(messages(world.hook.events).map(textIn), ['for us']);
});

test('what the account tells of one number is told to the channel of that number alone', async () => {
  await using world = await startWorld();
  const quality = (display_phone_number: string) =>
    world.simulator.news({
      field: 'phone_number_quality_update',
      value: { display_phone_number, event: 'FLAGGED', current_limit: 'TIER_250' },
    });
  quality('15550783882');
  quality(world.simulator.account.phone);
  world.simulator.news({ field: 'account_update', value: { event: 'ACCOUNT_VIOLATION' } });
  const reasons = () =>
    world.hook.events.flatMap(({ event }) => (event?.$case === 'channelState' ? event.value.reason : []));
  await until(() => reasons().length === 2);
  assert.deepEqual(reasons(), [
    'WhatsApp: phone number quality update, 15550783881, FLAGGED, TIER_250',
    'WhatsApp: account update, ACCOUNT_VIOLATION',
  ]);
});

test('a forged call is refused, whether its proof is wrong or missing, and the genuine one is taken', async () => {
  await using world = await startWorld();
  world.simulator.fail({ kind: 'wrong_proof' });
  world.simulator.fail({ kind: 'no_proof' });
  for (const text of ['one', 'two']) world.simulator.write({ from: world.anna.id, text });
  await until(() => messages(world.hook.events).length === 2);
  assert.deepEqual([...world.simulator.forged], [401, 401]);
});

test('a receipt may come before the answer to the send', async () => {
  await using world = await startWorld();
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  world.simulator.fail({ kind: 'late_answer', method: 'messages', delayMs: 200 });
  let isAnswered = false;
  const sending = world.send(textOf('hi')).then(() => {
    isAnswered = true;
  });
  await until(() => world.hook.events.some(({ event }) => event?.$case === 'receipt'));
  assert.equal(isAnswered, false);
  await sending;
});

test('somebody who hides the number, and somebody who changes it, stay who they are', async () => {
  await using world = await startWorld();
  const hidden = world.simulator.person({ name: 'Oleg', username: 'oleg', hidesPhone: true });
  world.simulator.write({ from: hidden.id, text: 'hello' });
  world.simulator.write({ from: world.anna.id, text: 'hello' });
  world.simulator.changeNumber({ from: world.anna.id, phone: '79990009988' });
  await until(() => world.hook.events.length === 3);
  const by = ($case: string, who: string) =>
    world.hook.events.find(({ event, sender }) => event?.$case === $case && sender?.displayName === who);
  const oleg = by('message', 'Oleg');
  assert.deepEqual(oleg?.sender?.alternativeIds, { bsuid: hidden.userId, username: 'oleg' });
  assert.equal(oleg?.sender?.isVerified, false);
  const anna = by('message', 'Anna K')?.conversation;
  assert.deepEqual([anna?.platformId, anna?.otherPlatformId], [world.anna.userId, world.anna.id]);
  const changed = by('identity', 'Anna K');
  assert.deepEqual(changed?.event?.value, { kind: 'phone', from: `+${world.anna.id}`, to: '+79990009988' });
  assert.equal(changed?.sender?.alternativeIds.phone, '+79990009988');
});

/** A file that Anna sent, as the connector tells of it. */
async function withFile() {
  const world = await startWorld();
  const bytes = Buffer.from('price list');
  const file = { kind: 'document', bytes, name: 'price.pdf', mimeType: 'application/pdf' };
  world.simulator.attach({ from: world.anna.id, ...file });
  await until(() => world.hook.events.length === 1);
  const told = world.hook.events[0]?.event;
  const [media] = told?.$case === 'message' && told.value.content ? mediaOf(told.value.content) : [];
  assert.ok(media);
  const open = () => download(media, world.channel, toolsFor());
  return { ...world, bytes, open, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('a file is opened with its name, type and size', async () => {
  await using world = await withFile();
  const file = await world.open();
  assert.deepEqual([file.name, file.mimeType, file.sizeBytes], ['price.pdf', 'application/pdf', world.bytes.length]);
  assert.deepEqual(await buffer(file.stream), world.bytes);
});

test('a file whose id or address is no longer good, or that lies elsewhere, failed for good', async () => {
  for (const kind of ['expired', 'file_gone', 'file_redirect'] as const) {
    await using world = await withFile();
    if (kind === 'expired') world.simulator.expireMedia();
    else world.simulator.fail({ kind, location: 'http://10.0.0.1/' });
    await assert.rejects(world.open(), { code: 'media_failed' }, kind);
  }
});

test('a file shorter than it claims does not end well, and one without end is read no further than wanted', async () => {
  await using world = await withFile();
  world.simulator.fail({ kind: 'file_shorter' });
  const short = await world.open();
  await assert.rejects(buffer(short.stream));
  world.simulator.fail({ kind: 'file_endless' });
  let read = 0;
  for await (const chunk of (await world.open()).stream) {
    read += chunk.length;
    if (read > 1_000_000) break;
  }
  assert.ok(read > 1_000_000 && read < 3_000_000);
});
