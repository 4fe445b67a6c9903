import { createHash } from 'node:crypto';
import { ConnectorError, isComments, jsonOrNothing, portionsOf, type Targets, targetOf } from '@trunkline/adapter-kit';
import { type OutgoingContent, type OutgoingEdit, type SendOrder, TypingKind } from '@trunkline/contracts';
import type { Params } from './api.ts';
import { commentCapabilities } from './capabilities.ts';
import { renderContent, type Upload } from './render-content.ts';
import { chatCalls } from './render-group.ts';
import { keyboardJson } from './render-keyboard.ts';
import { reactionId } from './render-words.ts';
import { ackSchema } from './types.ts';

/** A call that does an order, and the files that go before it. */
export interface Plan {
  readonly method: string;
  readonly params: Params;
  readonly uploads?: readonly Upload[];
}

const noticeMax = 90;
const deletedAtOnceMax = 100;

/** The calls that do an order, in turn. Pure. Throws ConnectorError 'unsupported' and 'content_invalid'. */
export function render(order: SendOrder, targets: Targets, groupId: string): readonly Plan[] {
  const { message, conversation } = order;
  if (isComments(order)) return commentCalls(order, targets, groupId);
  const peer_id = conversation?.platformId ?? '';
  const to = { peer_id, group_id: groupId };
  const action = message?.action;
  switch (action?.$case) {
    case 'message':
      return [write(order, action.value, targets)];
    case 'edit':
      return [edit(action.value, { peer_id, cmid: targetOf(targets, 0, 'VK') })];
    case 'delete':
      targetOf(targets, 0, 'VK');
      return portionsOf(targets.messageIds, deletedAtOnceMax).map((ids) => {
        return { method: 'messages.delete', params: { ...to, cmids: ids.join(','), delete_for_all: 1 } };
      });
    case 'reaction':
      return [react(action.value.reactions, { peer_id, cmid: targetOf(targets, 0, 'VK') })];
    case 'typing': {
      const type = action.value.kind === TypingKind.TYPING_KIND_VOICE ? 'audiomessage' : 'typing';
      return action.value.isOn ? [{ method: 'messages.setActivity', params: { ...to, type } }] : [];
    }
    case 'read':
      return targets.messageIds.slice(-1).map((up_to_cmid) => {
        return { method: 'messages.markAsRead', params: { ...to, up_to_cmid } };
      });
    case 'group':
      return chatCalls(action.value.order, peer_id, groupId);
    case 'pressAnswer':
      return [answerPress(order.ackToken, action.value.text)];
    default:
      throw new ConnectorError('unsupported', `VK cannot do this: ${action?.$case ?? 'none'}`);
  }
}

/** An answer stands beneath the comment that it names, else beneath the first one; a repeat is known by its name. */
function commentCalls(order: SendOrder, { replyTo }: Targets, from_group: string): readonly Plan[] {
  const action = order.message?.action;
  if (action?.$case === 'pressAnswer') return [];
  const { content = { kind: undefined } } = action?.$case === 'message' ? action.value : {};
  const [, owner_id, post_id, first] = /^wall(-?\d+)_(\d+)_(\d+)$/.exec(order.conversation?.platformId ?? '') ?? [];
  const { $case = 'none' } = content.kind ?? {};
  if (first === undefined || !Object.hasOwn(commentCapabilities.content, $case))
    throw new ConnectorError('unsupported', `here a community comments by words and files, not by ${$case}`);
  const { params, ...files } = renderContent(content);
  const about = { owner_id, post_id, reply_to_comment: replyTo ?? first, from_group, guid: nameOf(order) };
  return [{ method: 'wall.createComment', params: { ...about, ...params }, ...files }];
}

/**
 * A new message. One conversation, but by the parameter for several: only so the answer tells the number in the conversation,
 * by which everything else names a message. The mark comes back when VK tells of the message.
 */
function write(order: SendOrder, { content, keyboard, options, reply }: OutgoingContent, { replyTo }: Targets): Plan {
  const peer = order.conversation?.platformId ?? '';
  const { params, ...files } = renderContent(content ?? { kind: undefined });
  const mark = JSON.stringify({ m: `${order.message?.id ?? ''}.${order.part}` });
  const isAnswer = replyTo !== undefined && reply !== undefined;
  const answered = { peer_id: Number(peer), conversation_message_ids: [Number(replyTo)], is_reply: 1 };
  return {
    method: 'messages.send',
    params: {
      ...{ peer_ids: peer, random_id: randomId(order), payload: mark, ...params },
      forward: isAnswer ? JSON.stringify(answered) : undefined,
      keyboard: keyboardJson(keyboard),
      dont_parse_links: options?.withoutPreview ? 1 : undefined,
    },
    ...files,
  };
}

/**
 * VK drops a second message with the same number to the same person. It has 31 bits of our message's own id, never 0; a
 * person who decides to send again wants another.
 */
function randomId(order: SendOrder): number {
  return createHash('sha256').update(nameOf(order)).digest().readUInt32BE() >>> 1 || 1;
}

function nameOf({ message, part, isAgain }: SendOrder): string {
  return `${message?.id ?? ''}.${part}${isAgain ? '.again' : ''}`;
}

/** The message of ours that a payload marks; undefined for anybody else's. */
export function ownMessage(payload: string): { readonly messageId: string; readonly part: number } | undefined {
  const found = /^\{"m":"([0-9a-f-]{36})\.(\d{1,6})"\}$/.exec(payload);
  return found?.[1] === undefined ? undefined : { messageId: found[1], part: Number(found[2]) };
}

function edit({ content, keyboard }: OutgoingEdit, target: Params): Plan {
  const { params, ...files } = content === undefined ? { params: {} } : renderContent(content);
  return { method: 'messages.edit', params: { ...target, ...params, keyboard: keyboardJson(keyboard) }, ...files };
}

/** One reaction a message; VK has a fixed set. */
function react(reactions: readonly string[], target: Params): Plan {
  const [reaction] = reactions;
  if (reaction === undefined) return { method: 'messages.deleteReaction', params: target };
  const id = reactionId(reaction);
  if (id === undefined) throw new ConnectorError('unsupported', 'VK has no such reaction');
  return { method: 'messages.sendReaction', params: { ...target, reaction_id: id } };
}

/** Takes the spinner off a button; with words they are shown for a moment. */
function answerPress(ackToken: string, text: string): Plan {
  const press = ackSchema.safeParse(jsonOrNothing(ackToken)).data;
  if (press === undefined) throw new ConnectorError('content_invalid', 'VK does not know the press that this is about');
  const words = [...text].slice(0, noticeMax).join('');
  const event_data = words === '' ? undefined : JSON.stringify({ type: 'show_snackbar', text: words });
  return { method: 'messages.sendMessageEventAnswer', params: { ...press, event_data } };
}
