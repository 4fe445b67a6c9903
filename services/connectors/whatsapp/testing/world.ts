import type { PlatformMessage, SendTools } from '@trunkline/adapter-kit';
import { ConversationKind, ConversationRef, type OutgoingMessage, SendOrder } from '@trunkline/contracts';
import { createMemoryTools, plainFetch, startHookDouble } from '@trunkline/testkit';
import connector from '../index.ts';
import { send } from '../send.ts';
import { connect } from '../setup.ts';
import { createWhatsAppSimulator, type WhatsAppOptions } from '../simulator/index.ts';
import { channelFor } from './desk.ts';

/** What a test knows of files and messages of ours. */
export interface Known {
  readonly files?: ReadonlyMap<string, Uint8Array>;
  readonly messages?: Readonly<Record<string, readonly PlatformMessage[]>>;
}

/** A simulated number that Anna has written to, with its hook, and the connector's channel of it. */
export async function startWorld(options: WhatsAppOptions = {}) {
  const simulator = await createWhatsAppSimulator({ retryDelayMs: 5, isPaced: false, ...options });
  const { token, appSecret } = simulator.account;
  const channel = channelFor(simulator.url, { token, appSecret, pin: '482913' });
  const hook = await startHookDouble(connector, channel);
  const anna = simulator.person({ name: 'Anna K', username: 'anna.k' });
  await connect(channel, hook.url, toolsFor());
  const to = conversationWith(anna.userId);
  return {
    ...{ simulator, channel, hook, anna, to },
    /** Does an order as the host would. */
    send: (action: OutgoingMessage['action'], conversation = to, known: Known = {}) =>
      send(orderOf(action, conversation), channel, toolsFor(known)),
    /** What Anna sees at the bottom of the chat. */
    last: () => simulator.view(anna.id).messages.at(-1),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await hook[Symbol.asyncDispose]();
    },
  };
}

/** A conversation with one person. */
export function conversationWith(platformId: string, resumeToken = ''): ConversationRef {
  const kind = ConversationKind.CONVERSATION_KIND_PRIVATE;
  return ConversationRef.create({ platformId, kind, resumeToken });
}

/** A text to be written. */
export function textOf(plain: string): OutgoingMessage['action'] {
  return { $case: 'message', value: contentOf({ $case: 'text', value: { plain, marks: [] } }) };
}

type OutgoingContent = Extract<OutgoingMessage['action'], { $case: 'message' }>['value'];
type Kind = NonNullable<OutgoingContent['content']>['kind'];

/** A content to be written. */
export function contentOf(kind: Kind, more: Partial<OutgoingContent> = {}): OutgoingContent {
  return { content: { kind }, reply: undefined, keyboard: undefined, options: undefined, ...more };
}

function orderOf(action: OutgoingMessage['action'], conversation: ConversationRef): SendOrder {
  const order = SendOrder.fromJSON({ message: { id: 'm-1' }, parts: 1 });
  return { ...order, conversation, message: order.message && { ...order.message, action } };
}

/** Tools as the host lends them. */
export function toolsFor({ files, messages = {} }: Known = {}): SendTools {
  const signal = AbortSignal.timeout(60_000);
  return createMemoryTools({ signal, known: messages, fetch: plainFetch(signal), ...(files && { files }) });
}
