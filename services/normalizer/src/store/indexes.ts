import { collections } from '@trunkline/contracts';
import type { Store } from '@trunkline/runtime';

const { messages, conversations, identities, holds, events, submissions, parkedIn } = collections.normalizer;

/** Repeats are looked for so long: the longest that any platform goes on repeating is a week. */
const repeatsSeconds = 30 * 24 * 60 * 60;

/** Makes what the questions of this service are asked by; safe to repeat. Called once, before it serves. */
export async function provideIndexes({ db }: Store): Promise<void> {
  await db
    .collection(messages)
    .createIndex({ conversationId: 1, number: -1 }, { partialFilterExpression: { isLine: true } });
  await db.collection(conversations).createIndex({ channelId: 1 });
  await db.collection(identities).createIndex({ tenantId: 1, values: 1, contactId: 1 });
  await db.collection(holds).createIndex({ lane: 1, dueAtMs: 1 });
  await db.collection(events).createIndex({ at: 1 }, { expireAfterSeconds: repeatsSeconds });
  await db.collection(submissions).createIndex({ at: 1 }, { expireAfterSeconds: repeatsSeconds });
  await db.collection(parkedIn).createIndex({ keptUntil: 1 }, { expireAfterSeconds: 0 });
  await db.collection(parkedIn).createIndex({ connector: 1, at: 1, place: 1 });
}
