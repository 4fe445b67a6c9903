import {
  type ChannelAccess,
  type ConfirmedSend,
  type HookAnswer,
  jsonOrNothing,
  type RawCall,
} from '@trunkline/adapter-kit';
import { senderOf, trackedMessage } from './render.ts';
import type { Settings } from './settings.ts';
import { callSchema, messageSchema, startedSchema } from './types.ts';

const taken: HookAnswer = { status: 200 };

/** Whoever opens the conversation is welcomed in the answer itself: before they subscribe nothing else may be sent. */
export function answer(raw: RawCall, channel: ChannelAccess<Settings>): HookAnswer {
  const call = callOf(raw);
  if (call?.event !== 'conversation_started' || channel.settings.welcome === '') return taken;
  if (startedSchema.safeParse(call).data?.subscribed !== false) return taken;
  const welcome = { sender: senderOf(undefined, channel), type: 'text', text: channel.settings.welcome };
  return { status: 200, contentType: 'application/json', body: JSON.stringify(welcome) };
}

/** Viber gives the mark of our last message back with what the person writes next: so they have it. */
export function confirms(raw: RawCall): readonly ConfirmedSend[] {
  const call = callOf(raw);
  const told = call?.event === 'message' ? messageSchema.safeParse(call).data : undefined;
  const tracked = trackedMessage(told?.message.tracking_data ?? '');
  if (told === undefined || tracked === undefined) return [];
  return [{ ...tracked, conversationPlatformId: told.sender.id, platformIds: [] }];
}

function callOf({ body }: RawCall) {
  return callSchema.safeParse(jsonOrNothing(Buffer.from(body).toString())).data;
}
