import { type Fact, ids, type MessageState } from '@trunkline/contracts';
import { until } from '@trunkline/testkit';
import { message, party, submission, textContent } from './build.ts';
import type { Surroundings } from './surroundings.ts';

/** Callers of two tenants. */
export const t1 = { tenant: 't1' };
export const stranger = { tenant: 't9' };

/** What belongs to a person of the channel ch1. */
export const conversationOf = (who: string) => ids.conversation('ch1', who);
export const contactOf = (who: string) => ids.contact(ids.identity('ch1', who));

/** A message of somebody; each test has people of its own. */
export const says = (who: string, key: string, content: Parameters<typeof message>[1] = key) =>
  message(`${who}:${key}`, content, { chat: who, sender: party(who), platformId: key });

/** Facts of one person's conversation, once there are so many. */
export async function factsIn(around: Surroundings, who: string, count: number): Promise<Fact[]> {
  return await until(async () => {
    const own = (await around.facts()).filter(({ conversationId }) => conversationId === conversationOf(who));
    return own.length >= count && own;
  });
}

/** Submits a text to a person. */
export async function sendIn(around: Surroundings, who: string, key: string, text = key) {
  const { value } = submission(key, {
    $case: 'message',
    value: { content: textContent(text), reply: undefined, keyboard: undefined, options: undefined },
  });
  const order = { ...value.message, conversationId: conversationOf(who) };
  return await around.messages.submit({ idempotencyKey: key, message: order }, t1);
}

/** A message once it is in a state. */
export async function stateIn(around: Surroundings, messageId: string, state: MessageState) {
  return await until(async () => {
    // The stage may not have come to it yet.
    const found = await around.messages.get({ messageId }, t1).catch(() => undefined);
    return found?.status?.state === state && found;
  });
}
