import { randomUUID } from 'node:crypto';
import { type PlatformMessage, type SendTools, threadWith } from '@trunkline/adapter-kit';
import { ConversationKind, ConversationRef, type OutgoingMessage, SendOrder } from '@trunkline/contracts';
import { createMemoryState, createMemoryTools, plainFetch, startHookDouble } from '@trunkline/testkit';
import connector from '../index.ts';
import { send } from '../send.ts';
import type { Settings } from '../settings.ts';
import { connect } from '../setup.ts';
import { createInstagramSimulator, type InstagramOptions } from '../simulator/index.ts';
import { channelFor } from './desk.ts';

/** What a test knows of messages of ours, and of the time. */
export interface Known {
  readonly now?: () => number;
  /** Which message is written; another one each time where it is not said. */
  readonly messageId?: string;
  readonly messages?: Readonly<Record<string, readonly PlatformMessage[]>>;
}

/** A simulated account, with its hook, Anna, who has not written yet, and the connector's channel of it. */
export async function startWorld(options: InstagramOptions & { readonly settings?: Partial<Settings> } = {}) {
  const fetchFile = async (url: string) => ({ bytes: Buffer.from('a file'), mimeType: typeOf(url) });
  const simulator = await createInstagramSimulator({ retryDelayMs: 5, isPaced: false, fetchFile, ...options });
  const state = createMemoryState(options.now);
  const toolsFor = (known: Known = {}): SendTools => makeTools(state, known);
  const { token, appSecret } = simulator.account;
  const channel = channelFor(simulator.url, { token, appSecret }, options.settings);
  const hook = await startHookDouble(connector, channel);
  const anna = simulator.person({ name: 'Anna K' });
  await connect(channel, hook.url, toolsFor());
  const to = threadWith(anna.id);
  return {
    ...{ simulator, channel, hook, anna, to, toolsFor },
    /** Does an order as the host would. */
    send: (action: OutgoingMessage['action'], conversation = to, known: Known = {}) =>
      send(orderOf(action, conversation, known.messageId), channel, toolsFor(known)),
    /** What Anna sees at the bottom of the chat. */
    last: () => simulator.view(anna.id).messages.at(-1),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await hook[Symbol.asyncDispose]();
    },
  };
}

/** What stands beneath a comment. */
export function beneath(comment: string): ConversationRef {
  return ConversationRef.create({ platformId: comment, kind: ConversationKind.CONVERSATION_KIND_COMMENTS });
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

function orderOf(
  action: OutgoingMessage['action'],
  conversation: ConversationRef,
  id: string = randomUUID(),
): SendOrder {
  const order = SendOrder.fromJSON({ message: { id }, parts: 1 });
  return { ...order, conversation, message: order.message && { ...order.message, action } };
}

/** Types of the files of tests by their names, which stand in the links to them; a generated file is named by its type. */
const types: Readonly<Record<string, string>> = {
  ...{ image: 'image/png', animation: 'image/gif', video: 'video/mp4', audio: 'audio/mpeg', voice: 'audio/mp4' },
  file: 'application/pdf',
};

function typeOf(url: string): string {
  const [, generated, name = ''] = /\d-(\w+\/[\w.-]+)$|(\w+)$/.exec(url) ?? [];
  return generated ?? types[name] ?? 'text/html';
}

/** Tools as the host lends them. */
function makeTools(state: SendTools['state'], { messages = {}, now = Date.now }: Known): SendTools {
  return createMemoryTools({ state, now, known: messages, fetch: plainFetch(AbortSignal.timeout(60_000)) });
}
