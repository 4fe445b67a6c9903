import { setTimeout as pause } from 'node:timers/promises';
import { ids } from '../../../packages/contracts/src/index.ts';
import { answerText } from '../../load/answer-mark.ts';
import type { Field } from '../../load/field.ts';
import type { FleetPortal } from '../../load/fleet.ts';
import { clientId } from '../../load/sender/send.ts';
import { type Api, ApiRefused, apiOf } from '../../up/api.ts';

/** An answer that was stored: it goes to the client, once. */
export interface Answer {
  readonly portal: string;
  /** From 1 in its conversation, in the order in which they were written. */
  readonly number: number;
  readonly messageId: string;
}

/** How many seconds of a portal's clients are answered by one message: a fifth of what they write. */
const everyMs = 1_000;
const againMs = 500;
/** After the storm each that was begun is still to be taken. */
const insistMs = 60_000;

/** Answers a client of each portal, one answer after the other, until the signal; each again and again until it is stored. */
export async function writeAnswers({ installation, portals }: Field, signal: AbortSignal): Promise<readonly Answer[]> {
  const api = apiOf(installation.portalsUrl, installation.administratorKey);
  const written = await Promise.all(portals.map((portal) => answersOf(api, portal, signal)));
  return written.flat();
}

async function answersOf(api: Api, portal: FleetPortal, signal: AbortSignal): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (!signal.aborted) {
    const messageId = await submit(api, portal, { number: answers.length + 1, signal });
    if (messageId === undefined) break;
    answers.push({ portal: portal.name, number: answers.length + 1, messageId });
    await pause(everyMs, undefined, { signal }).catch(() => {});
  }
  return answers;
}

interface Turn {
  readonly number: number;
  readonly signal: AbortSignal;
}

/** Undefined when it was never stored before the time was over: then nobody says that it was. */
async function submit(api: Api, portal: FleetPortal, { number, signal }: Turn): Promise<string | undefined> {
  const conversationId = ids.conversation(portal.channelId, String(clientId));
  const message = {
    conversationId,
    message: { content: { text: { plain: answerText({ portal: portal.name, number }) } } },
  };
  const request = { tenantId: portal.tenantId, idempotencyKey: `${portal.name} answer ${number}`, message };
  let endsAt = Number.POSITIVE_INFINITY;
  while (performance.now() < endsAt) {
    try {
      return (await api<{ messageId: string }>('MessageService/Submit', request)).messageId;
    } catch (error) {
      // Before the client has written there is no conversation: nothing was begun.
      if (signal.aborted && error instanceof ApiRefused && error.code === 'not_found') return undefined;
    }
    if (signal.aborted && endsAt === Number.POSITIVE_INFINITY) endsAt = performance.now() + insistMs;
    await pause(againMs);
  }
  return undefined;
}
