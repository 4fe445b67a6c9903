import { type ConfirmedSend, type HookAnswer, jsonOrNothing, type RawCall } from '@trunkline/adapter-kit';
import type { Channel } from './api.ts';
import { ownMessage } from './render.ts';
import { confirmationCode } from './setup.ts';
import { callSchema, messageSchema } from './types.ts';

/** VK wants to hear exactly "ok"; of the handshake, the community's code. */
export function answer(raw: RawCall, channel: Channel): HookAnswer {
  const isHandshake = callOf(raw)?.type === 'confirmation';
  return { status: 200, contentType: 'text/plain', body: isHandshake ? channel.secret(confirmationCode) : 'ok' };
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
