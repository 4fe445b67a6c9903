import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, type Content, ids, PartyScope, StartContext } from '@trunkline/contracts';
import {
  capabilities,
  channel,
  event,
  hookCall,
  kinds,
  message,
  only,
  otherChannel,
  party,
  strangeChannel,
} from '../../testing/build.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { phoneOf } from './proofs.ts';

const world = () => createWorld({ channels: [channel, otherChannel, strangeChannel], capabilities });
const contactId = (channelId: string, who: string) => ids.contact(ids.identity(channelId, who));
const verified = (who: string, named: Record<string, string>) =>
  party(who, { isVerified: true, alternativeIds: named });

/** A message of somebody in one of the channels. */
const from = (channelId: string, sender: ReturnType<typeof party>, key = sender.platformId) =>
  message(key, key, { channelId, sender, chat: sender.platformId });

test('a proved phone joins the contact that had it first, in every portal that works with the person', async () => {
  const here = world();
  await here.take(hookCall(from('ch1', verified('7', { phone: '+7 (999) 000-11-22' }))));
  const facts = await here.take(hookCall(from('ch2', verified('w', { phone: '79990001122' }))));
  assert.deepEqual(kinds(facts), ['contactsJoined', 'contactsJoined', 'received']);
  const joined = only(facts, 'contactsJoined');
  assert.deepEqual(
    joined.map(({ portalId }) => portalId),
    ['p1', 'p2'],
  );
  assert.deepEqual(joined[0]?.told, {
    ...{ contactId: contactId('ch1', '7'), joinedContactId: contactId('ch2', 'w'), reason: 'phone' },
  });
  assert.equal(only(facts, 'received')[0]?.contactId, contactId('ch1', '7'));
  assert.equal(here.get('contacts', contactId('ch2', 'w'))?.joinedInto, contactId('ch1', '7'));
});

test('a shared own card proves a phone, a card of somebody else does not', async () => {
  const here = world();
  const card = (isSelf: boolean): Content => {
    const one = { name: 'A', phones: ['+79990001122'], emails: [], vcard: '', platformPartyId: '', isSelf };
    return { kind: { $case: 'contactCards', value: { cards: [one] } } };
  };
  await here.take(hookCall(from('ch1', verified('7', { phone: '+79990001122' }))));
  const strange = await here.take(
    hookCall(message('a', card(false), { channelId: 'ch2', sender: party('w'), chat: 'w' })),
  );
  assert.equal(only(strange, 'contactsJoined').length, 0);
  const own = await here.take(hookCall(message('b', card(true), { channelId: 'ch2', sender: party('w'), chat: 'w' })));
  assert.equal(only(own, 'contactsJoined').length, 2);
});

test('the same phone said without proof, or in another tenant, joins nobody', async () => {
  const here = world();
  await here.take(hookCall(from('ch1', verified('7', { phone: '+79990001122' }))));
  const said = await here.take(hookCall(from('ch2', party('w', { alternativeIds: { phone: '+79990001122' } }))));
  const strange = await here.take(hookCall(from('ch9', verified('7', { phone: '+79990001122' }))));
  assert.deepEqual(kinds([...said, ...strange]), ['received', 'received']);
});

test('a signed user id proves itself and not the phone that was typed beside it', async () => {
  const here = world();
  await here.take(hookCall(from('ch1', verified('7', { phone: '+79990001122' }))));
  const signed = verified('w', { user_id: 'client-42', phone: '+79990001122' });
  assert.deepEqual(kinds(await here.take(hookCall(from('ch2', signed)))), ['received']);
  const again = await here.take(hookCall(from('ch2', verified('v', { user_id: 'client-42' }))));
  assert.equal(only(again, 'contactsJoined')[0]?.told.contactId, contactId('ch2', 'w'));
});

let keys = 0;
async function order(here: World, tenantId: string, command: NonNullable<Command['command']>) {
  const id = ids.command(tenantId, `key ${keys++}`);
  const facts = await here.take({ $case: 'command', value: { id, tenantId, command } });
  return { id, facts, stored: here.get('submissions', id) ?? assert.fail() };
}

const join = (stays: string, goes: string): NonNullable<Command['command']> => ({
  $case: 'joinContacts',
  value: { contactId: stays, joinedContactId: goes },
});

test('a person joins two contacts and splits them again; the split is never undone by itself', async () => {
  const here = world();
  const phone = { phone: '+79990001122' };
  await here.take(hookCall(from('ch1', verified('7', phone))), hookCall(from('ch2', party('w'))));
  const joined = await order(here, 't1', join(contactId('ch1', '7'), contactId('ch2', 'w')));
  assert.deepEqual([joined.stored.outcome, joined.stored.resultId], ['done', contactId('ch1', '7')]);
  assert.equal(only(joined.facts, 'contactsJoined').length, 2);

  const value = { contactId: contactId('ch1', '7'), identityId: ids.identity('ch2', 'w') };
  const split = await order(here, 't1', { $case: 'splitContact', value });
  const newId = split.stored.resultId ?? '';
  assert.equal(only(split.facts, 'contactSplit')[0]?.told.newContactId, newId);
  const facts = await here.take(hookCall(from('ch2', verified('w', phone), 'later')));
  assert.deepEqual(kinds(facts), ['received']);
  assert.equal(facts[0]?.contactId, newId);
});

test('the former id of a joined contact still names the contact that stayed', async () => {
  const here = world();
  await here.take(
    hookCall(from('ch1', party('7'))),
    hookCall(from('ch1', party('8'))),
    hookCall(from('ch1', party('9'))),
  );
  const [a, b, c] = ['7', '8', '9'].map((who) => contactId('ch1', who)) as [string, string, string];
  await order(here, 't1', join(b, c));
  await order(here, 't1', join(a, c));
  assert.deepEqual(here.get('contacts', a)?.identityIds.length, 3);
});

test("another tenant's contact, and a contact with one identity, are refused with a code", async () => {
  const here = world();
  await here.take(hookCall(from('ch1', party('7'))), hookCall(from('ch9', party('7'))));
  const strange = await order(here, 't1', join(contactId('ch1', '7'), contactId('ch9', '7')));
  const value = { contactId: contactId('ch1', '7'), identityId: ids.identity('ch1', '7') };
  const lone = await order(here, 't1', { $case: 'splitContact', value });
  assert.deepEqual([strange.stored.outcome, lone.stored.outcome], ['not_found', 'failed_precondition']);
  assert.deepEqual([...strange.facts, ...lone.facts], []);
});

test('a command told twice is done once', async () => {
  const here = world();
  await here.take(hookCall(from('ch1', party('7'))), hookCall(from('ch1', party('8'))));
  const value = { id: 'c', tenantId: 't1', command: join(contactId('ch1', '7'), contactId('ch1', '8')) };
  const facts = await here.take({ $case: 'command', value }, { $case: 'command', value });
  assert.deepEqual(kinds(facts), ['contactsJoined', 'repeated']);
});

test('what a platform tells of a person is kept, and found by every value', async () => {
  const here = world();
  await here.take(hookCall(from('ch1', party('7', { alternativeIds: { username: 'anna', phone: '7 999 0001122' } }))));
  await here.take(
    hookCall(from('ch1', party('7', { scope: PartyScope.PARTY_SCOPE_UNSPECIFIED, displayName: 'Anna' }), '2')),
  );
  const change = event(
    { $case: 'identity', value: { kind: 'username', from: 'anna', to: 'anna_k' } },
    { dedupeKey: 'i', sender: party('7', { displayName: 'Anna' }) },
  );
  await here.take(hookCall(change));
  const identity = here.get('identities', ids.identity('ch1', '7'));
  assert.deepEqual(identity?.values.toSorted(), ['+79990001122', '7', 'anna_k']);
  assert.equal(here.get('contacts', contactId('ch1', '7'))?.displayName, 'Anna');
});

test('what is known of a person goes with everything that they do, and what brought them first stays so', async () => {
  const here = world();
  const anna = party('7', { profileUrl: 'https://people.example/anna' });
  const by = (ref: string, source: string) => ({ context: StartContext.create({ ref, source }) });
  await here.take(hookCall(message('1', '1', { sender: anna, ...by('v-8F3K2', 'ad') })));
  const facts = await here.take(hookCall(message('2', '2', { sender: party('7'), ...by('v-OTHER', 'link') })));
  const [second] = only(facts, 'received');
  assert.equal(second?.told.event?.sender?.profileUrl, 'https://people.example/anna');
  assert.equal(second?.told.event?.sender?.source?.ref, 'v-8F3K2');
  assert.equal(second?.told.event?.context?.ref, 'v-OTHER', 'what brought them this time is told too');
});

const phones: readonly [string, string][] = [
  ['+7 (999) 000-11-22', '+79990001122'],
  ['79990001122', '+79990001122'],
  ['112', ''],
  ['', ''],
];
for (const [given, expected] of phones) {
  test(`the phone "${given}" is known as "${expected}"`, () => assert.equal(phoneOf(given), expected));
}

test('a conversation with two ids is the same under both, whichever came first, and so are its messages', async () => {
  const here = world();
  const byBoth = (key: string, more: object = {}) => {
    const told = from('ch1', verified('B.8', { phone: '+79990001122' }), key);
    const conversation = { ...told.conversation, platformId: 'B.8', otherPlatformId: '7' };
    return { ...told, ...more, conversation } as typeof told;
  };
  await here.take(hookCall(from('ch1', verified('7', { phone: '+79990001122' }))));
  const reaction = { $case: 'reaction', value: { targetPlatformId: '7', reactions: ['👍'] } } as const;
  const facts = await here.take(hookCall(byBoth('2'), byBoth('3', { event: reaction, dedupeKey: 'r', id: 'r' })));
  const received = only(facts, 'received');
  assert.deepEqual(new Set(received.map((fact) => fact.conversationId)), new Set([ids.conversation('ch1', '7')]));
  assert.deepEqual(new Set(received.map((fact) => fact.contactId)), new Set([contactId('ch1', '7')]));
  const [quoted] = received.flatMap(({ told }) => told.targetMessageIds);
  assert.equal(quoted, ids.event('ch1', 'message:7'), 'what was written under the other id is found');
  const conversation = here.get('conversations', ids.conversation('ch1', '7'));
  assert.equal(conversation !== undefined && 'ref' in conversation && conversation.ref.platformId, 'B.8');
});

test('whoever is known by an id of their own first is found by the other one, too', async () => {
  const here = world();
  const told = from('ch1', verified('B.8', { phone: '+79990001122' }));
  const conversation = { ...told.conversation, otherPlatformId: '7' } as typeof told.conversation;
  await here.take(hookCall({ ...told, conversation }));
  const [fact] = only(await here.take(hookCall(message('9', '9', { chat: '7', sender: told.sender }))), 'received');
  assert.equal(fact?.conversationId, ids.conversation('ch1', 'B.8'));
});
