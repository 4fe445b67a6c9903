import { type Content, ControlAction, Origin, type OutgoingMessage } from '@trunkline/contracts';
import { invalidArgument, requireField, requireText } from '@trunkline/runtime';

/** Who may write in the company's name. */
const writers = new Set<Origin>([
  ...[Origin.ORIGIN_UNSPECIFIED, Origin.ORIGIN_OPERATOR, Origin.ORIGIN_BOT, Origin.ORIGIN_SYSTEM],
]);

const mostTargets = 100;

/**
 * A message as it is taken: what it needs is there, and what is not a sender's to say is left out. Throws
 * `invalid_argument` with the fields' names. Pure.
 */
export function checkedMessage(given: OutgoingMessage | undefined): OutgoingMessage {
  const message = requireField('message', given);
  if (message.to === undefined) requireText('message.conversation_id', message.conversationId);
  else requireAddress(message);
  if (!writers.has(message.origin)) {
    throw invalidArgument({ field: 'message.origin', description: 'must be an operator, a bot or the system' });
  }
  requireAction(requireField('message.action', message.action));
  if (message.to === undefined && isNewGroup(message.action)) {
    throw invalidArgument({ field: 'message.to', description: 'is required: the channel in which the group is made' });
  }
  return { ...message, id: '', origin: message.origin || Origin.ORIGIN_OPERATOR };
}

function requireAction(action: NonNullable<OutgoingMessage['action']>): void {
  switch (action.$case) {
    case 'message':
      requireContent('message.message.content', action.value.content);
      break;
    case 'edit':
      requireText('message.edit.message_id', action.value.messageId);
      requireContent('message.edit.content', action.value.content);
      break;
    case 'delete':
      requireTargets(action.value.messageIds);
      break;
    case 'reaction':
      requireText('message.reaction.message_id', action.value.messageId);
      break;
    case 'read':
      requireText('message.read.message_id', action.value.messageId);
      break;
    case 'pressAnswer':
      requireText('message.press_answer.press_id', action.value.pressId);
      break;
    case 'group':
      requireField('message.group.order', action.value.order);
      break;
    case 'control':
      if (action.value.action === ControlAction.CONTROL_ACTION_UNSPECIFIED) {
        throw invalidArgument({ field: 'message.control.action', description: 'is required' });
      }
      break;
    case 'typing':
      break;
  }
}

/** An address stands alone, and names a person; a group that is to be made has no name yet. */
function requireAddress({ conversationId, to, action }: OutgoingMessage): void {
  requireText('message.to.channel_id', to?.channelId ?? '');
  if (conversationId !== '') {
    throw invalidArgument({ field: 'message.conversation_id', description: 'must be empty beside an address' });
  }
  if (!isNewGroup(action)) requireText('message.to.platform_id', to?.platformId ?? '');
  else if (to?.platformId !== '') {
    throw invalidArgument({ field: 'message.to.platform_id', description: 'must be empty for a new group' });
  }
}

function isNewGroup(action: OutgoingMessage['action']): boolean {
  return action?.$case === 'group' && action.value.order?.$case === 'create';
}

function requireContent(field: string, given: Content | undefined): void {
  const { kind } = requireField(field, given);
  requireField(`${field}.kind`, kind);
  if (kind?.$case === 'text' && kind.value.plain.trim() === '') {
    throw invalidArgument({ field: `${field}.text.plain`, description: 'is required' });
  }
}

function requireTargets(messageIds: readonly string[]): void {
  const field = 'message.delete.message_ids';
  if (messageIds.length > mostTargets) throw invalidArgument({ field, description: `must be ${mostTargets} at most` });
  if (messageIds.length === 0) throw invalidArgument({ field, description: 'is required' });
  for (const id of messageIds) requireText(field, id);
}
