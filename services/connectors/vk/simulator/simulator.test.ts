import assert from 'node:assert/strict';
import { Agent, createServer } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { until } from '@trunkline/testkit';
import { Keyboard, VK } from 'vk-io';
import { createVkSimulator, type VkOptions } from './index.ts';

const picture = Buffer.from('\x89PNG\r\n\x1a\n picture', 'latin1');

/** An SDK that knows nothing of us, and a person who has written. */
async function given(options: VkOptions = {}) {
  const simulator = await createVkSimulator({ retryDelayMs: 5, ...options });
  const { community } = simulator;
  const vk = new VK({
    token: community.token,
    apiBaseUrl: `${simulator.url}/method`,
    apiVersion: '5.199',
    pollingGroupId: community.id,
    apiLimit: 20,
    webhookSecret: 'S1',
    webhookConfirmation: community.confirmationCode,
    agent: new Agent() as SecureAgent, // its own speaks https only
  });
  const anna = simulator.person({ name: 'Anna K' });
  return {
    simulator,
    vk,
    anna,
    last: () => simulator.view(anna.id).messages.at(-1),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

test("an SDK's bot behind a hook: the handshake, words, buttons, a snackbar", async () => {
  await using world = await given();
  const { simulator, vk, anna } = world;
  const { id: group_id } = simulator.community;
  vk.updates.on('message_new', (context) =>
    context.isInbox
      ? context.send(`${context.text} ${context.referralValue ?? ''}`, {
          keyboard: Keyboard.builder()
            .callbackButton({ label: 'Later', payload: { a: 'later' } })
            .inline(),
          random_id: 7,
        })
      : undefined,
  );
  vk.updates.on('message_event', (context) => context.answer({ type: 'show_snackbar', text: context.eventPayload.a }));
  const { code } = await vk.api.groups.getCallbackConfirmationCode({ group_id });
  assert.equal(code, simulator.community.confirmationCode);
  const server = createServer(vk.updates.getWebhookCallback('/'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { server_id } = await vk.api.groups.addCallbackServer({ group_id, url, title: 'Trunkline', secret_key: 'S1' });
  await vk.api.groups.setCallbackSettings({
    group_id,
    server_id,
    api_version: '5.199',
    message_new: true,
    message_event: true,
  });
  await until(() => simulator.community.servers.get(server_id)?.status === 'ok');
  simulator.start({ from: anna.id, payload: 'v-8F3K2' });
  const asked = await until(() => world.last()?.by === 'account' && world.last());
  assert.equal(asked.text, 'Начать v-8F3K2');
  simulator.press({ from: anna.id, message: Number(asked.id), button: 'Later' });
  await until(() => simulator.view(anna.id).toast.startsWith('later'));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("an SDK's bot that polls hears a person, and uploads what it sends", async () => {
  await using world = await given();
  const { simulator, vk, anna } = world;
  await vk.api.groups.setLongPollSettings({ group_id: simulator.community.id, enabled: true, message_new: true });
  const came: string[] = [];
  vk.updates.on('message_new', (context) => void came.push(context.text ?? ''));
  await vk.updates.startPolling();
  simulator.write({ from: anna.id, text: 'one' });
  await until(() => came.length === 1);
  simulator.fail({ kind: 'key_expired' });
  simulator.write({ from: anna.id, text: 'ends the poll' });
  const asked = () => simulator.calls.filter(({ method }) => method === 'groups.getLongPollServer').length;
  await until(() => asked() === 2);
  simulator.write({ from: anna.id, text: 'two' });
  await until(() => came.at(-1) === 'two');
  await vk.updates.stop();
  const peer = { peer_id: anna.id };
  const photo = await vk.upload.messagePhoto({ ...peer, source: { value: picture, filename: 'a.png' } });
  const doc = await vk.upload.messageDocument({
    ...peer,
    source: { value: picture, filename: 'price.pdf' },
    title: 'price.pdf',
  });
  const voice = await vk.upload.audioMessage({ ...peer, source: { value: picture, filename: 'voice.ogg' } });
  for (const [index, attachment] of [photo, doc, voice].entries()) {
    await vk.api.messages.send({ ...peer, random_id: index + 1, attachment: String(attachment) });
  }
  assert.deepEqual(
    simulator.view(anna.id).messages.flatMap(({ media }) => media?.kind ?? []),
    ['image', 'file', 'audio'],
  );
  const [link] = photo.sizes ?? [];
  assert.deepEqual(Buffer.from(await (await fetch(link?.url ?? '')).arrayBuffer()), picture);
});

test('a message is written once under its random_id, quoted, changed, reacted to and deleted', async () => {
  await using world = await given();
  const { simulator, vk, anna } = world;
  const cmid = simulator.write({ from: anna.id, text: 'hello' });
  const peer_id = anna.id;
  const forward = JSON.stringify({ peer_id, conversation_message_ids: [cmid], is_reply: 1 });
  const send = () => vk.api.messages.send({ peer_id, random_id: 42, message: 'Order 17', forward });
  assert.equal(await send(), await send());
  assert.equal(simulator.view(peer_id).messages.length, 2);
  assert.equal(world.last()?.quote, 'hello');
  const own = Number(world.last()?.id);
  await vk.api.messages.edit({ peer_id, conversation_message_id: own, message: 'Order 18' });
  assert.equal(world.last()?.text, 'Order 18');
  await vk.api.call('messages.sendReaction', { peer_id, cmid, reaction_id: 4 });
  assert.deepEqual(simulator.view(peer_id).messages[0]?.reactions, ['👍']);
  await vk.api.messages.setActivity({ peer_id, type: 'typing' });
  assert.equal(simulator.view(peer_id).state, 'is typing…');
  await vk.api.messages.delete({ peer_id, cmids: [own], delete_for_all: true });
  assert.equal(world.last()?.isDeleted, true);
  const [person] = await vk.api.users.get({ user_ids: [peer_id], fields: ['photo_200', 'domain'] });
  assert.equal(person?.first_name, 'Anna');
});

test("an SDK's bot hears comments of every place, and answers those under posts; it may do nothing else with them", async () => {
  await using world = await given();
  const { simulator, vk, anna } = world;
  const { id } = simulator.community;
  const kinds = { wall_reply_new: true, photo_comment_new: true, board_post_new: true, wall_reply_delete: true };
  await vk.api.groups.setLongPollSettings({ group_id: id, enabled: true, ...kinds });
  const came: unknown[] = [];
  vk.updates.on(
    'comment',
    (context) => void came.push([context.ownerId, context.objectId, context.text, context.replyId]),
  );
  await vk.updates.startPolling();
  const comment = simulator.comment({ from: anna.id, text: 'How much?' });
  simulator.comment({ from: anna.id, text: 'And this?', on: 'photo', post: 457 });
  simulator.comment({ from: anna.id, text: 'Who delivers?', on: 'topic', post: 45 });
  const about = { owner_id: -id, post_id: 11, from_group: id, reply_to_comment: comment, guid: 'g1' };
  const { comment_id: own } = await vk.api.wall.createComment({ ...about, message: '1 490' });
  assert.equal((await vk.api.wall.createComment({ ...about, message: '1 490' })).comment_id, own);
  await until(() => came.length === 4);
  assert.deepEqual(came, [
    [-id, 11, 'How much?', undefined],
    [-id, 457, 'And this?', undefined],
    [-id, 45, 'Who delivers?', undefined],
    [-id, 11, '1 490', comment],
  ]);
  await assert.rejects(vk.api.wall.deleteComment({ owner_id: -id, comment_id: own }), { code: 27 });
  await vk.updates.stop();
});
