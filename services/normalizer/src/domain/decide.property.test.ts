import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChannelEvent, Fact, type IngressItem, ids, MessageState, ReceiptState } from '@trunkline/contracts';
import fc from 'fast-check';
import {
  capabilities,
  channel,
  event,
  hookCall,
  imageContent,
  message,
  otherChannel,
  party,
  sendResult,
  textContent,
  write,
} from '../testing/build.ts';
import { createWorld, type World } from '../testing/world.ts';
import { imbalanceOf } from './state/conversation.ts';

type Item = NonNullable<IngressItem['item']>;

const people = ['7', '8'];
const numbers = fc.integer({ min: 1, max: 4 });

/** Everything that can come, in a world so small that it meets itself often. */
const items: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ who: fc.constantFrom(...people), n: numbers, byTime: fc.boolean(), album: fc.boolean() }).map(said),
  fc.record({ who: fc.constantFrom(...people), n: numbers, revision: numbers }).map(({ who, n, revision }) => {
    const value = { targetPlatformId: `${n}`, revision, content: textContent(`edit ${revision}`) };
    return hookCall(of(who, { $case: 'edit', value }, `edit:${n}:${revision}`));
  }),
  fc.record({ who: fc.constantFrom(...people), n: numbers }).map(({ who, n }) => {
    return hookCall(of(who, { $case: 'delete', value: { targetPlatformIds: [`${n}`] } }, `delete:${n}`));
  }),
  fc
    .record({ who: fc.constantFrom(...people), n: numbers, state: fc.constantFrom(...states()) })
    .map(({ who, n, state }) => {
      const value = { state, targetPlatformIds: [`out${n}`], upTo: '', error: undefined };
      return hookCall(of(who, { $case: 'receipt', value }, `receipt:${n}:${state}`));
    }),
  fc
    .record({ n: numbers, who: fc.constantFrom(...people) })
    .map(({ n, who }) => write(`key${n}`, `text ${n}`, { conversationId: ids.conversation('ch1', who) })),
  fc
    .record({ n: numbers, state: fc.constantFrom(...outcomes()) })
    .map(({ n, state }) => sendResult({ messageId: ids.message('t1', `key${n}`), state, platformIds: [`out${n}`] })),
);

function states() {
  return [ReceiptState.RECEIPT_STATE_DELIVERED, ReceiptState.RECEIPT_STATE_READ, ReceiptState.RECEIPT_STATE_FAILED];
}

function outcomes() {
  return [MessageState.MESSAGE_STATE_SENT, MessageState.MESSAGE_STATE_UNKNOWN, MessageState.MESSAGE_STATE_FAILED];
}

/** A person with a phone that both of them have proved: they are one contact in the end. */
const sender = (who: string) => party(who, { isVerified: true, alternativeIds: { phone: '+79990001122' } });

function of(who: string, happened: NonNullable<ChannelEvent['event']>, key: string): ChannelEvent {
  return event(happened, { chat: who, sender: sender(who), dedupeKey: `${who}:${key}`, platformId: key });
}

function said({ who, n, byTime, album }: { who: string; n: number; byTime: boolean; album: boolean }): Item {
  const details = {
    chat: who,
    sender: sender(who),
    dedupeKey: `${who}:message:${n}`,
    platformId: `${n}`,
    order: `${n}`,
    byTime,
  };
  if (!album) return hookCall(message(`${n}`, `text ${n}`, details));
  const value = {
    content: imageContent(`f${n}`),
    reply: undefined,
    forward: undefined,
    albumId: 'x',
    keyboard: undefined,
  };
  return hookCall(event({ $case: 'message', value }, details));
}

const newWorld = () => createWorld({ channels: [channel, otherChannel], capabilities });

/** What is told, without ids that are made of the place in the stream. */
function told(facts: readonly Fact[]): unknown[] {
  return facts.map((fact) => {
    const isPlaced = fact.fact?.$case !== 'received' && fact.fact?.$case !== 'submitted';
    return Fact.toJSON({ ...fact, id: isPlaced ? '' : fact.id });
  });
}

const everything = (world: World) =>
  (['messages', 'messageRefs', 'conversations', 'contacts', 'identities', 'submissions', 'holds'] as const).map(
    (name) => world.all(name).toSorted((a, b) => (a._id < b._id ? -1 : 1)),
  );

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 });

test('the same items give the same facts and documents, however they are cut into micro-batches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(items, { maxLength: 25 }), sizes, async (list, cuts) => {
      const whole = newWorld();
      const atOnce = [...(await whole.take(...list)), ...(await whole.wait(1_200))];
      const parts = newWorld();
      const inParts: Fact[] = [];
      for (let from = 0, turn = 0; from < list.length; turn += 1) {
        const size = cuts[turn % cuts.length] ?? 1;
        inParts.push(...(await parts.take(...list.slice(from, from + size))));
        from += size;
      }
      inParts.push(...(await parts.wait(1_200)));
      assert.deepEqual(told(inParts), told(atOnce));
      assert.deepEqual(everything(parts), everything(whole));
    }),
    { numRuns: 150 },
  );
});

test('whatever comes, numbers of a conversation are gapless, sums are even, and every message is told once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(items, { maxLength: 40 }), async (list) => {
      const world = newWorld();
      const facts: Fact[] = [];
      for (const item of list) facts.push(...(await world.take(item)));
      facts.push(...(await world.wait(1_200)), ...(await world.wait(1_200)));
      for (const conversation of world.all('conversations')) {
        if (!('counts' in conversation)) continue;
        assert.equal(imbalanceOf(conversation.counts), 0);
        assert.equal(conversation.counts.held, 0);
        const own = facts.filter(({ conversationId }) => conversationId === conversation._id);
        const numbered = own.flatMap(({ fact }) =>
          fact?.$case === 'received' || fact?.$case === 'submitted' ? [fact.value.conversationNumber] : [],
        );
        // What is told beside a message has none: that it is gone, where that came before it.
        const given = numbered.filter((number) => number > 0);
        assert.deepEqual(
          given,
          given.map((_, index) => index + 1),
        );
      }
      const ids_ = facts.map(({ id }) => id);
      assert.equal(new Set(ids_).size, ids_.length);
    }),
    { numRuns: 150 },
  );
});
