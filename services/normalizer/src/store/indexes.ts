import { collections } from '@trunkline/contracts';
import type { Store } from '@trunkline/runtime';

const { messages, conversations, identities, holds, events, submissions, parkedIn } = collections.normalizer;

/** Repeats are looked for so long: the longest that any platform goes on repeating is a week. */
const repeatsSeconds = 30 * 24 * 60 * 60;

/** Makes what the questions of this service are asked by; safe to repeat. Called once, before it serves. */
export async function provideIndexes({ provideIndex }: Store): Promise<void> {
  await provideIndex(messages, { conversationId: 1, number: -1 }, { partialFilterExpression: { isLine: true } });
  await provideIndex(conversations, { channelId: 1 });
  await provideIndex(identities, { tenantId: 1, values: 1, contactId: 1 });
  await provideIndex(holds, { lane: 1, dueAtMs: 1 });
  await provideIndex(events, { at: 1 }, { expireAfterSeconds: repeatsSeconds });
  await provideIndex(submissions, { at: 1 }, { expireAfterSeconds: repeatsSeconds });
  await provideIndex(parkedIn, { keptUntil: 1 }, { expireAfterSeconds: 0 });
  await provideIndex(parkedIn, { connector: 1, at: 1, place: 1 });
}
