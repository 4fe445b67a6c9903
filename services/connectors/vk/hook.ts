import { type ConfirmedSend, type HookAnswer, jsonOrNothing, type RawCall, type Tools } from '@trunkline/adapter-kit';
import type { Channel } from './api.ts';
import { ownMessage } from './render.ts';
import { confirmationCode, readCode } from './setup.ts';
import { callSchema, messageSchema } from './types.ts';

/** VK wants to hear exactly "ok"; of the handshake, the community's code as it is at that moment. */
export async function answer(raw: RawCall, channel: Channel, tools: Tools): Promise<HookAnswer> {
  const isHandshake = callOf(raw)?.type === 'confirmation';
  return { status: 200, contentType: 'text/plain', body: isHandshake ? await codeNow(channel, tools) : 'ok' };
}

/** Anybody may ask for a handshake, so VK is asked once a second at most. Where it does not say, what it said last is answered. */
async function codeNow(channel: Channel, tools: Tools): Promise<string> {
  const { state, now } = tools;
  const known = channel.optionalSecret(confirmationCode);
  try {
    const kept = (await state.get<Asked>('handshake'))?.value;
    if (kept !== undefined && kept.askedAtMs > now() - 1_000) return kept.code;
    const code = await readCode(Number(channel.accountId), channel, tools);
    await state.put<Asked>('handshake', { code, askedAtMs: now() }, { expiresAtMs: now() + 60_000 });
    return code;
  } catch (error) {
    if (known !== undefined) return known;
    throw error;
  }
}

interface Asked {
  readonly code: string;
  readonly askedAtMs: number;
}

/** The community's own messages come back with the mark that they were sent with. */
export function confirms(raw: RawCall): readonly ConfirmedSend[] {
  const call = callOf(raw);
  const message = call?.type === 'message_reply' ? messageSchema.safeParse(call.object).data : undefined;
  const own = ownMessage(message?.payload ?? '');
  if (message === undefined || own === undefined) return [];
  const { peer_id: peer, conversation_message_id: number } = message;
  return [{ ...own, conversationPlatformId: String(peer), platformIds: [String(number)] }];
}

/** A call as far as all kinds are alike; undefined for what is none. */
export function callOf({ body }: RawCall) {
  return callSchema.safeParse(jsonOrNothing(Buffer.from(body).toString())).data;
}
