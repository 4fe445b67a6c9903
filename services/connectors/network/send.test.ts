import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryTools, fetchOf, until } from '@trunkline/testkit';
import { download } from './download.ts';
import { send } from './send.ts';
import { orderTo, textTo } from './testing/orders.ts';
import { startWorld } from './testing/world.ts';

const line = { platformId: 'line' };

/** Our channel has joined the partner's line; `seen` is what is seen there. */
async function joined() {
  const world = await startWorld();
  await world.join();
  const [seat = ''] = world.simulator.account.seats.keys();
  return { ...world, seen: () => world.simulator.view(seat).messages.filter(({ by }) => by === 'account') };
}

test('what is written arrives on the other side once, in order, under the number that sending gave', async () => {
  await using world = await joined();
  const ids: string[] = [];
  for (const [index, plain] of ['one', 'two', 'three'].entries()) {
    const order = orderTo(line, { id: `m-${index}`, message: { content: { text: { plain } } } });
    order.conversationNumber = index + 1;
    ids.push(...(await send(order, world.channel, world.tools())).platformIds);
    await send(order, world.channel, world.tools());
  }
  assert.deepEqual(
    world.seen().map(({ id, text }) => [id, text]),
    [
      [ids[0], 'one'],
      [ids[1], 'two'],
      [ids[2], 'three'],
    ],
  );
  assert.ok(BigInt(ids[0] ?? 0) < BigInt(ids[1] ?? 0));
});

test('an answer that is lost leaves the outcome open; done again, the message is there once', async () => {
  for (const kind of ['cut_after', 'broken_answer', 'endless_answer'] as const) {
    await using world = await joined();
    world.simulator.fail({ kind });
    await assert.rejects(send(textTo(line), world.channel, world.tools()), { code: 'unknown_outcome' });
    await send(textTo(line), world.channel, world.tools());
    assert.equal(world.seen().length, 1, kind);
  }
});

test('the other side that is away is asked again, one that has had enough as late as it says', async () => {
  await using world = await joined();
  const write = () => send(textTo(line), world.channel, world.tools());
  world.simulator.fail({ kind: 'server_error', status: 503 });
  await assert.rejects(write(), { code: 'transient' });
  world.simulator.fail({ kind: 'too_many_requests', seconds: 40 });
  await assert.rejects(write(), { code: 'retry_after', retryAfterMs: 40_000, scope: 'channel' });
  world.simulator.fail({ kind: 'slow', delayMs: 20 });
  await write();
});

test('a line that does not know us any more stops the channel; a partner that left stops nothing but itself', async () => {
  await using world = await joined();
  for (const seat of world.simulator.account.seats.keys()) world.simulator.forget({ from: seat });
  await assert.rejects(send(textTo(line), world.channel, world.tools()), { code: 'auth_revoked' });
  await using ours = await startWorld();
  const { address } = await ours.open();
  ours.simulator.person({ id: 'acme' });
  await ours.simulator.join({ from: 'acme', address });
  const partner = ours.partner('acme');
  ours.simulator.forget({ from: 'acme' });
  await assert.rejects(send(textTo(partner), ours.channel, ours.tools()), { code: 'recipient_blocked' });
});

test('edits, deletions, reactions, receipts and typing find what they are about', async () => {
  await using world = await joined();
  const { channel, simulator } = world;
  const [mine = ''] = (await send(textTo(line), channel, world.tools())).platformIds;
  const [seat = ''] = simulator.account.seats.keys();
  const theirs = simulator.write({ from: seat, text: 'hello from the line' });
  await until(() => world.hook.events.length === 1);
  const at = (platformId: string) => [{ platformId, conversationPlatformId: 'line' }];
  const tools = world.tools({ known: { mine: at(mine), theirs: at(theirs) } });
  const act = (action: object) => send(orderTo(line, action), channel, tools);
  await act({ edit: { messageId: 'mine', content: { text: { plain: 'better' } } } });
  await act({ reaction: { messageId: 'theirs', reactions: ['👍'] } });
  await act({ read: { messageId: 'theirs' } });
  await act({ typing: { isOn: true } });
  await act({ message: { content: { text: { plain: 'yes' } }, reply: { messageId: 'theirs' } } });
  await act({ delete: { messageIds: ['mine'] } });
  const { messages, state } = simulator.view(seat);
  const found = (id: string) => messages.find((message) => message.id === id);
  assert.deepEqual([found(mine)?.text, found(mine)?.isEdited, found(mine)?.isDeleted], ['better', true, true]);
  assert.deepEqual([found(theirs)?.reactions, found(theirs)?.state], [['👍'], 'read']);
  assert.equal(messages.at(-1)?.quote, undefined);
  assert.notEqual(state, 'left');
});

test('files travel by link both ways; what is over, short or leads elsewhere is not taken for the file', async () => {
  await using world = await joined();
  const media = { id: 'f1', mimeType: 'image/png', name: 'a.png', sizeBytes: 1_000 };
  const image = { media, caption: { plain: '' } };
  await send(orderTo(line, { message: { content: { image } } }), world.channel, world.tools());
  assert.equal(world.seen()[0]?.media?.url, 'https://files.example/f1');
  const [seat = ''] = world.simulator.account.seats.keys();
  const bytes = Buffer.from('price list');
  world.simulator.attach({ from: seat, kind: 'file', bytes, name: 'price.txt', mimeType: 'text/plain' });
  await until(() => world.hook.events.length === 1);
  const event = world.hook.events[0]?.event;
  const kind = event?.$case === 'message' ? event.value.content?.kind : undefined;
  assert.ok(kind?.$case === 'file' && kind.value.media !== undefined);
  const file = kind.value.media;
  const open = async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await download(file, world.channel, world.tools())).stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  assert.equal(await open(), 'price list');
  for (const trouble of ['file_gone', 'file_redirect'] as const) {
    world.simulator.fail({ kind: trouble });
    await assert.rejects(open(), { code: 'media_failed' });
  }
  world.simulator.fail({ kind: 'file_shorter' });
  await assert.rejects(open());
});

test('of the writer nothing travels but its public name and what was said', async () => {
  await using world = await joined();
  const author = { id: 'operator-17', name: 'Olga', avatarUrl: 'https://a.example/o.png' };
  const marks = [{ type: 'MARK_TYPE_MENTION', offset: 0, length: 4, platformPartyId: 'crm-contact-9' }];
  const content = { text: { plain: 'Ivan asks', marks } };
  await send(orderTo(line, { author, message: { content } }), world.channel, world.tools());
  const cards = [{ name: 'Ivan', phones: ['+79990001122'], platformPartyId: 'crm-contact-9', isSelf: true }];
  const order = orderTo(line, { message: { content: { contactCards: { cards } } } });
  await send(order, world.channel, world.tools());
  const told = JSON.stringify(world.simulator.calls);
  const { tenantId, name } = world.channel;
  for (const own of [tenantId, name, 'Olga', 'operator-17', 'crm-contact-9', world.secrets.own ?? '?'])
    assert.ok(!told.includes(own), own);
  assert.ok(told.includes('"name":"Shop"'));
});

test('an order for nobody is refused before anybody is called', async () => {
  await using world = await joined();
  const tools = createMemoryTools({ fetch: fetchOf(() => assert.fail('somebody was called')) });
  await assert.rejects(send(textTo({ platformId: 'elsewhere' }), world.channel, tools), { code: 'recipient_invalid' });
  await assert.rejects(send(textTo(line, 'x'.repeat(10_001)), world.channel, tools), {
    platformCode: 'MESSAGE_OVERSIZE',
  });
  await assert.rejects(send(textTo(line, ' '), world.channel, tools), { platformCode: 'MESSAGE_EMPTY' });
  const nowhere = orderTo(line, { message: { content: { link: { url: 'javascript:alert(1)' } } } });
  await assert.rejects(send(nowhere, world.channel, tools), { code: 'content_invalid' });
  const cards = [{ name: 'x', vcard: 'x'.repeat(30 * 1_024) }];
  const large = orderTo(line, { message: { content: { contactCards: { cards } } } });
  await assert.rejects(send(large, world.channel, tools), { code: 'too_large', platformCode: 'ATTACH_OVERSIZE' });
});
