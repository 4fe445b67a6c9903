import { join } from 'node:path';
import type { PlatformMessage } from '@trunkline/adapter-kit';
import { type OutgoingFixture, type PlatformRequest, runConnectorSuite } from '@trunkline/testkit';
import connector from './index.ts';
import { createTelegramSimulator } from './simulator/index.ts';
import { channelFor } from './testing/desk.ts';

const [token, hookSecret] = ['700100:token', 'Xk3_9-abc'];

/** Fixtures name what an order is about as `render` gets it; here it comes from the ids that the host keeps. */
interface TelegramOutgoing extends OutgoingFixture {
  readonly targets?: { readonly replyTo?: string; readonly messageIds: readonly string[] };
  /** Repairs are made between two calls of one order: `telegram.test.ts` looks at them. */
  readonly fixes?: unknown;
}

interface OrderJson {
  readonly message: {
    readonly message?: { readonly reply?: { readonly messageId?: string } };
    readonly edit?: { readonly messageId: string };
    readonly reaction?: { readonly messageId: string };
    readonly delete?: { readonly messageIds: readonly string[] };
  };
  readonly conversation: { readonly platformId: string };
}

function knownOf({ order, targets }: TelegramOutgoing): Record<string, readonly PlatformMessage[]> {
  const { message, conversation } = order as OrderJson;
  const here = (platformId: string) => ({ platformId, conversationPlatformId: conversation.platformId });
  const about = message.edit?.messageId ?? message.reaction?.messageId ?? message.delete?.messageIds[0];
  const replied = message.message?.reply?.messageId;
  return {
    ...(about === undefined ? {} : { [about]: (targets?.messageIds ?? []).map(here) }),
    ...(replied === undefined || targets?.replyTo === undefined ? {} : { [replied]: [here(targets.replyTo)] }),
  };
}

async function shown([request]: readonly PlatformRequest[]): Promise<unknown> {
  if (request === undefined) return null;
  const method = request.url.split('/').at(-1);
  if (!(request.body instanceof FormData)) return { method, params: JSON.parse(String(request.body)), uploads: [] };
  const params: Record<string, unknown> = {};
  const uploads: object[] = [];
  for (const [name, value] of request.body) {
    if (typeof value === 'string') params[name] = plainOf(value, name);
    else uploads.push({ field: name, mediaId: await value.text() });
  }
  return { method, params, uploads };
}

/** Forms carry everything but texts as JSON. */
function plainOf(value: string, name: string): unknown {
  return ['caption', 'parse_mode', 'text'].includes(name) ? value : JSON.parse(value);
}

runConnectorSuite({
  connector,
  fixturesFolder: join(import.meta.dirname, 'fixtures'),
  channel: channelFor('https://api.telegram.org', token, hookSecret),
  secrets: [token, hookSecret],
  platform: ({ url }) => {
    const message = { message_id: 415 };
    return { status: 200, body: { ok: true, result: url.endsWith('/sendMediaGroup') ? [message, message] : message } };
  },
  knownOf,
  shown,
  isWhole: (fixture) => (fixture as TelegramOutgoing).fixes === undefined,
  answerOf: ({ answer }) => ({
    status: (answer as { error_code: number }).error_code,
    body: { ok: false, ...(answer as object) },
  }),
  orderOf: (failure) => ({
    message: { id: 'm-1', message: { content: { text: { plain: 'hello' } } } },
    conversation: {
      platformId: 'isInGroup' in failure ? '-1001' : '5501234567',
      kind: 'isInGroup' in failure ? 'CONVERSATION_KIND_GROUP' : 'CONVERSATION_KIND_PRIVATE',
    },
    parts: 1,
  }),
  strict: async () => {
    const simulator = await createTelegramSimulator();
    const person = simulator.person({ first_name: 'Anna' });
    simulator.start({ from: person.id });
    return {
      channel: channelFor(simulator.url, simulator.token),
      conversation: { platformId: String(person.id), kind: 'CONVERSATION_KIND_PRIVATE' },
      [Symbol.asyncDispose]: () => simulator.close(),
    };
  },
});
