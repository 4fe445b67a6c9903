import {
  ButtonPressed,
  Capabilities,
  type ChannelEvent,
  ChannelState,
  ConversationKind,
  ConversationRef,
  MessageWritten,
  Party,
  PartyScope,
  type SendOrder,
} from '@trunkline/contracts';
import { z } from 'zod';
import {
  type ChannelAccess,
  type ChannelRef,
  ConnectorError,
  channelEvent,
  defineConnector,
  isSameSecret,
  jsonOrNothing,
  orderBySequence,
  type RawCall,
  readEach,
  readUpload,
  type SendTools,
  safeJson,
} from '../../../index.ts';

/** A messenger that exists in tests only: small, and with every way of failing. */
const settings = z.object({ apiUrl: z.url(), app: z.string().optional() });
type Channel = ChannelAccess<z.output<typeof settings>>;

const update = z.object({
  ...{ seq: z.number(), from: z.string(), text: z.string() },
  ...{ echoOf: z.string().optional(), account: z.string().optional(), atMs: z.number().optional() },
});

const codes: Partial<Record<number, ConnectorError['code']>> = {
  401: 'auth_revoked',
  403: 'recipient_blocked',
  413: 'too_large',
};

const scopes = z.enum(['channel', 'app']);
const refusable = z.object({ text: z.string() });

async function send(order: SendOrder, channel: Channel, tools: SendTools) {
  const { fetch } = tools;
  const action = order.message?.action;
  const content = action?.$case === 'message' ? action.value.content?.kind : undefined;
  const text = content?.$case === 'text' ? content.value.plain : '';
  const file = content?.$case === 'image' ? await readUpload(content.value.media, tools, 1024 * 1024) : undefined;
  const picture = file && {
    ...{ name: file.name, mimeType: file.type },
    bytes: Buffer.from(await file.arrayBuffer()).toString('base64'),
  };
  const body = JSON.stringify({ id: order.message?.id, to: order.conversation?.platformId, text, picture });
  const answer = await fetch(`${channel.settings.apiUrl}/send`, {
    body,
    headers: { authorization: channel.secret('token') },
    timeoutMs: 3_000,
  });
  const said = z.looseObject({ id: z.string().optional() }).parse(safeJson(await answer.text()));
  if (answer.status === 200) return { platformIds: [said.id ?? ''] };
  if (answer.status === 429) {
    const { data: scope = 'conversation' } = scopes.safeParse(said.scope);
    const retryAfterMs = Number(said.retryAfterMs);
    const alert = said.alert === undefined ? undefined : String(said.alert);
    throw new ConnectorError('retry_after', 'too fast', { retryAfterMs, scope, alert });
  }
  const platformCode = String(answer.status);
  throw new ConnectorError(codes[answer.status] ?? 'transient', `the platform answered ${platformCode}`, {
    platformCode,
  });
}

/** A call holds one update, or several. */
function updatesOf({ body }: RawCall): readonly unknown[] {
  return [safeJson(body)].flat();
}

const about = z.looseObject({ account: z.string().optional() });

/** What names nobody is about everybody. */
function isAbout(one: unknown, accountId: string): boolean {
  return (about.safeParse(one).data?.account ?? accountId) === accountId;
}

function told(one: unknown, call: RawCall, channel: ChannelRef): ChannelEvent[] {
  if (!isAbout(one, channel.accountId)) return [];
  const { success, data } = update.safeParse(one);
  if (!success) throw new ConnectorError('unknown_kind', 'an update of an unknown kind');
  const { seq, from, text, atMs } = data;
  const placed = {
    ...{ dedupeKey: `message:${seq}`, platformId: String(seq), order: orderBySequence(seq) },
    conversation: ConversationRef.create({ platformId: from, kind: ConversationKind.CONVERSATION_KIND_PRIVATE }),
    sender: Party.create({ platformId: from, scope: PartyScope.PARTY_SCOPE_GLOBAL }),
  };
  if (text.startsWith('banned:')) {
    const value = { state: ChannelState.CHANNEL_STATE_BANNED, reason: text };
    const event = { $case: 'channelState' as const, value };
    const sentAt = atMs === undefined ? undefined : new Date(atMs);
    return [channelEvent(channel, call, { ...placed, conversation: undefined, event, ...(sentAt && { sentAt }) })];
  }
  const content = { kind: { $case: 'text' as const, value: { plain: text, marks: [] } } };
  const press = { $case: 'press' as const, value: ButtonPressed.create({ payload: text }) };
  const message = { $case: 'message' as const, value: MessageWritten.create({ content }) };
  return [channelEvent(channel, call, { ...placed, event: text.startsWith('b:') ? press : message })];
}

export default defineConnector({
  title: 'Sample',
  settings,
  secretNames: ['token'],
  limitKeys: ({ settings: { app } }) => (app === undefined ? {} : { app }),
  capabilities: Capabilities.fromPartial({
    textMax: 1_000,
    content: { text: {}, image: { maxBytes: 128 * 1024, mimeTypes: ['image/jpeg', 'image/png'] } },
  }),
  hook: {
    verify: (call, channel) => isSameSecret(channel.secret('token'), call.headers['x-sample-token']),
    parse: (call, channel) => readEach(updatesOf(call), (one) => told(one, call, channel)),
    shared: {
      key: ({ app }) => `app-${app}`,
      divide: (call) => {
        const all = updatesOf(call);
        return (accountId) => {
          const own = all.filter((one) => isAbout(one, accountId));
          if (own.length === 0) return undefined;
          return own.length === all.length ? call.body : Buffer.from(JSON.stringify(own));
        };
      },
    },
    refuses: async (call) => {
      const { text } = refusable.safeParse(jsonOrNothing(Buffer.from(call.body).toString())).data ?? {};
      if (text === 'away') throw new ConnectorError('unavailable', 'nobody knows now');
      return text === 'too much' ? { status: 422, contentType: 'text/plain', body: 'TOO_MUCH' } : undefined;
    },
    answer: () => ({ status: 200, contentType: 'text/plain', body: 'ok' }),
    confirms: (call) => {
      return updatesOf(call).flatMap((one) => {
        const { from, seq, echoOf } = update.parse(one);
        const proof = { conversationPlatformId: from, platformIds: [String(seq)] };
        return echoOf === undefined ? [] : [{ messageId: echoOf, part: 0, ...proof }];
      });
    },
  },
  send,
  download: async (media, channel, { fetch }) => {
    const answer = await fetch(`${channel.settings.apiUrl}/files/${media.source?.platformFileId}`, {
      maxBytes: Number.MAX_SAFE_INTEGER,
    });
    if (answer.status !== 200) throw new ConnectorError('media_failed', 'the file is not there');
    const { 'content-length': length = '0', 'content-type': mimeType = '' } = answer.headers;
    return { stream: answer.stream, sizeBytes: Number(length), mimeType, name: 'file.bin' };
  },
});
