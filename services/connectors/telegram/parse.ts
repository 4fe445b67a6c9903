import { type ChannelRef, ConnectorError, type RawCall, safeJson } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import type { z } from 'zod';
import { joinRequested, membershipChanged } from './parse-group.ts';
import { messageEdited, messageWritten } from './parse-message.ts';
import { buttonPressed, reactionSet } from './parse-reaction.ts';
import type { Update } from './parse-told.ts';
import {
  callbackQuerySchema,
  joinRequestSchema,
  memberUpdatedSchema,
  messageSchema,
  reactionSchema,
  updateSchema,
} from './types.ts';

/** What each kind of update tells. The platform is asked for exactly these. */
const kinds: Readonly<Record<string, (body: unknown, update: Update) => ChannelEvent>> = {
  message: (body, update) => messageWritten(read(messageSchema, body), update),
  edited_message: (body, update) => messageEdited(read(messageSchema, body), update),
  callback_query: (body, update) => buttonPressed(read(callbackQuerySchema, body), update),
  my_chat_member: (body, update) => membershipChanged(read(memberUpdatedSchema, body), update),
  chat_member: (body, update) => membershipChanged(read(memberUpdatedSchema, body), update),
  chat_join_request: (body, update) => joinRequested(read(joinRequestSchema, body), update),
  message_reaction: (body, update) => reactionSet(read(reactionSchema, body), update),
};

/** Kinds to ask the platform for: by default it withholds members and reactions. */
export const updateKinds = Object.keys(kinds);

/** One update, one event. */
export function parse(call: RawCall, channel: ChannelRef): ChannelEvent[] {
  const body = read(updateSchema, jsonOf(call.body));
  const kind = Object.keys(body).find((name) => name !== 'update_id') ?? 'none';
  const tell = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (tell === undefined) throw new ConnectorError('unknown_kind', `an update of the kind ${nameOf(kind)}`);
  return [tell(body[kind], { id: String(body.update_id), channel, receivedAtMs: call.receivedAtMs })];
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return safeJson(body);
  } catch (error) {
    throw new ConnectorError('malformed', 'the body is no JSON', { cause: error });
  }
}

/** The reason names the field and what was expected there, never what it held. */
function read<Shape>(schema: z.ZodType<Shape>, body: unknown): Shape {
  const { data, error } = schema.safeParse(body);
  if (error === undefined) return data as Shape;
  const [issue] = error.issues;
  throw new ConnectorError('malformed', `${issue?.path.join('.') || 'update'}: ${issue?.message}`);
}

function nameOf(kind: string): string {
  return /^[a-z_]{1,64}$/.test(kind) ? kind : 'without a name';
}
