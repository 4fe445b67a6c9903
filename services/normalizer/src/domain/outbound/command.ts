import {
  Command,
  type ErrorCode,
  ids,
  MessageState,
  type ResolveUnknown,
  UnknownResolution,
} from '@trunkline/contracts';
import { contactOf, joinContacts, splitContact } from '../people/join.ts';
import { contactIdOf, conversationOf, refOf } from '../state/conversation.ts';
import type { ContactDocument, MessageDocument } from '../state/documents.ts';
import { outgoingOf } from '../state/message-content.ts';
import type { Turn } from '../turn.ts';
import { settle } from './apply-status.ts';
import { editedPartsOf } from './standing-parts.ts';
import { sha256Hex } from './submission.ts';
import { receivedTargets, targetsOf } from './targets.ts';

/** What became of a command: the id of what it is about, or why not. */
type Result = { readonly resultId: string } | { readonly code: ErrorCode; readonly reason: string };

/** Takes a command, once; whoever asked waits for what is stored of it. */
export function takeCommand(turn: Turn, command: Command): void {
  const { id, tenantId } = command;
  if (turn.draft.get('submissions', id) !== undefined) {
    turn.say({ tenantId }, { $case: 'repeated', value: { eventId: id } });
    return;
  }
  const result = carryOut(turn, command);
  const outcome = 'resultId' in result ? { outcome: 'done', resultId: result.resultId } : refusal(result);
  const bodySha256 = sha256Hex(Command.encode(command).finish());
  turn.draft.insert('submissions', { _id: id, tenantId, bodySha256, at: new Date(turn.nowMs), ...outcome });
}

function refusal({ code, reason }: { readonly code: ErrorCode; readonly reason: string }) {
  return { outcome: code, reason };
}

function carryOut(turn: Turn, { id, tenantId, command }: Command): Result {
  switch (command?.$case) {
    case 'joinContacts':
      return join(turn, tenantId, command.value.contactId, command.value.joinedContactId);
    case 'splitContact': {
      const contact = ownContact(turn, tenantId, command.value.contactId);
      if (contact === undefined) return noContact;
      const newContactId = ids.contact(id);
      if (splitContact(turn, contact, command.value.identityId, newContactId)) return { resultId: newContactId };
      return { code: 'failed_precondition', reason: 'The contact has no such identity, or no other one.' };
    }
    case 'resolveUnknown':
      return resolve(turn, tenantId, command.value);
    case undefined:
      return { code: 'invalid_argument', reason: 'The command says nothing to do.' };
  }
}

const noContact: Result = { code: 'not_found', reason: 'There is no such contact.' };

function join(turn: Turn, tenantId: string, contactId: string, joinedContactId: string): Result {
  const stays = ownContact(turn, tenantId, contactId);
  const goes = ownContact(turn, tenantId, joinedContactId);
  if (stays === undefined || goes === undefined) return noContact;
  if (stays._id !== goes._id) joinContacts(turn, stays._id, goes._id, 'person');
  return { resultId: stays._id };
}

function ownContact({ draft }: Turn, tenantId: string, contactId: string): ContactDocument | undefined {
  const contact = contactOf(draft, contactId);
  return contact?.tenantId === tenantId ? contact : undefined;
}

function resolve(turn: Turn, tenantId: string, { messageId, resolution }: ResolveUnknown): Result {
  const message = turn.draft.get('messages', messageId);
  if (message?.tenantId !== tenantId) return { code: 'not_found', reason: 'There is no such message.' };
  if (message.state !== MessageState.MESSAGE_STATE_UNKNOWN) {
    return { code: 'failed_precondition', reason: 'The outcome of this message is not unknown.' };
  }
  switch (resolution) {
    case UnknownResolution.UNKNOWN_RESOLUTION_SENT:
      decideParts(turn, message, MessageState.MESSAGE_STATE_SENT);
      return { resultId: messageId };
    case UnknownResolution.UNKNOWN_RESOLUTION_SEND_AGAIN:
      decideParts(turn, message, MessageState.MESSAGE_STATE_QUEUED);
      sendAgain(turn, message);
      return { resultId: messageId };
    case UnknownResolution.UNKNOWN_RESOLUTION_UNSPECIFIED:
      return { code: 'invalid_argument', reason: 'The command says nothing to do.' };
  }
}

/** A person's word: it alone may take a part back to where it waits. */
function decideParts(turn: Turn, message: MessageDocument, state: MessageState): void {
  const isUnknown = (part: { readonly state: MessageState }) => part.state === MessageState.MESSAGE_STATE_UNKNOWN;
  const parts = (message.parts ?? []).map((part) =>
    isUnknown(part) ? { state, platformIds: part.platformIds } : part,
  );
  settle(turn, message, parts);
}

/** Told once more; that its id is not the message's own tells dispatch that it is sent again. */
function sendAgain(turn: Turn, message: MessageDocument): void {
  const order = outgoingOf(message);
  const conversation = conversationOf(turn.draft, message.conversationId);
  if (order === undefined || conversation === undefined) return;
  const scope = {
    tenantId: message.tenantId,
    channel: turn.directory.channel(message.channelId),
    conversationId: conversation._id,
    contactId: contactIdOf(turn, conversation),
  };
  const expiresAt = new Date(turn.nowMs + 24 * 60 * 60 * 1000);
  const again = { ...order, conversationId: conversation._id, expiresAt };
  const targets = targetsOf(turn, order);
  const capabilities = scope.channel && turn.directory.capabilities(scope.channel.connector, conversation.ref);
  const value = {
    ...{ message: again, conversation: refOf(conversation), conversationNumber: message.number },
    targets: receivedTargets(targets, message.channelId),
    editedParts: capabilities === undefined ? [] : editedPartsOf(order, targets, capabilities, turn.nowMs),
  };
  turn.say(scope, { $case: 'submitted', value });
}
