import { randomUUID } from 'node:crypto';
import type { ReplyResult } from '@trunkline/portal-sdk';
import type { DemoPortal } from './demo-portal.ts';
import type { LastMessage } from './last-message.ts';
import type { ShownEvent } from './portal-store.ts';

/** The person who answers at the demo portal. */
export interface Operator {
  /** Answers a conversation, and marks what was asked as read. */
  readonly answer: (answer: Answer) => Promise<ReplyResult>;
  /** Shows the client that somebody is writing. */
  readonly type: (conversationId: string) => Promise<void>;
}

/** What is answered; the same key is the same answer. */
export interface Answer {
  readonly conversationId: string;
  readonly text: string;
  readonly key: string;
}

const common = { origin: 'ORIGIN_OPERATOR', author: { id: 'demo', name: 'Olga' } };

/** Makes the operator: all that they do goes the sealed way back. */
export function createOperator(portal: DemoPortal, lastMessage: Pick<LastMessage, 'pass'>): Operator {
  /** What shows for a moment: nothing is lost with it. */
  const show = async (message: Readonly<Record<string, unknown>>) => {
    const result = await portal.send(message, { idempotencyKey: randomUUID() });
    if (result.outcome === 'accepted') lastMessage.pass(result.messageId);
  };
  return {
    answer: async ({ conversationId, text, key }) => {
      const before = portal.events.filter((event) => event.conversationId === conversationId);
      const asked = before.findLast(({ data }) => isAsked(data));
      if (asked) await show({ conversationId, ...common, read: { messageId: idOf(asked) } });
      const message = { conversationId, ...common, message: { content: { text: { plain: text } } } };
      // The answer goes on in the trace of what was last said.
      return await portal.send(message, { idempotencyKey: key, traceparent: before.at(-1)?.traceparent });
    },
    type: async (conversationId) => await show({ conversationId, ...common, typing: { isOn: true } }),
  };
}

/** A client's message in a channel that takes read marks: Telegram's bots cannot give them. */
function isAsked(data: unknown): boolean {
  const { messageReceived, channel } = data as Partial<PortalData>;
  return messageReceived !== undefined && channel?.connector === 'webchat';
}

function idOf({ data }: ShownEvent): string {
  return (data as Partial<PortalData>).id ?? '';
}

/** Of the opened events, what is used here. */
interface PortalData {
  readonly id: string;
  readonly channel: { readonly connector?: string };
  readonly messageReceived: unknown;
}
