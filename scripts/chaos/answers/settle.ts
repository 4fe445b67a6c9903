import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from '../../load/field.ts';
import { apiOf } from '../../up/api.ts';
import { answersSeen } from './judge.ts';
import type { Answer } from './write.ts';

/** What became of the answers. */
export interface AnswersTold {
  readonly stored: number;
  /** Those of which the messenger may or may not have heard: they are never sent again by themselves. */
  readonly unknown: number;
  readonly found: readonly string[];
}

/** An outcome that nobody knows is held for a while first. */
const limitMs = 120_000;
const everyMs = 1_000;
/** What may be said of an answer that never came to the messenger, and of one that did. */
const unseenStates = ['MESSAGE_STATE_UNKNOWN'];
const seenStates = ['MESSAGE_STATE_SENT', ...unseenStates];

/** Waits until every answer has its end: it was sent once, or nobody knows whether it was and its status says so. */
export async function settleAnswers(field: Field, stored: readonly Answer[]): Promise<AnswersTold> {
  const api = apiOf(field.installation.gatewayUrl, field.installation.administratorKey);
  const open = new Map(stored.map((answer) => [answer.messageId, answer]));
  let unknown = 0;
  let states = new Map<string, string>();
  for (const endsAt = performance.now() + limitMs; open.size > 0 && performance.now() < endsAt; await pause(everyMs)) {
    const unseen = new Set(answersSeen(stored, await field.sender.ask('answers', null)).unseen);
    states = new Map();
    for (const [messageId, answer] of open) {
      type Told = { readonly status?: { readonly state?: string } };
      const told = await api<Told>('MessageService/Get', { messageId }).catch(() => undefined);
      const state = told?.status?.state ?? 'nothing';
      states.set(messageId, state);
      if (!(unseen.has(answer) ? unseenStates : seenStates).includes(state)) continue;
      if (unseenStates.includes(state)) unknown += 1;
      open.delete(messageId);
    }
  }
  const { found } = answersSeen(stored, await field.sender.ask('answers', null));
  const without = [...open.values()].map(
    ({ portal, number, messageId }) =>
      `answer ${number} to a client of ${portal} has no end: ${messageId} is ${states.get(messageId)}`,
  );
  return { stored: stored.length, unknown, found: [...found, ...without] };
}
