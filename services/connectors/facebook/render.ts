import {
  type AccountCall,
  ConnectorError,
  checkPrivateAnswer,
  isComments,
  markOf,
  privateAnswer,
  type ThreadWriting,
  targetOf,
  writeThread,
} from '@trunkline/adapter-kit';
import { type Content, ControlAction, type ControlOrder, type SendOrder } from '@trunkline/contracts';
import { capabilities } from './capabilities.ts';
import { commentRefusal } from './errors.ts';
import { renderTemplate } from './render-template.ts';

type Json = Readonly<Record<string, unknown>>;
type Given = Pick<ThreadWriting, 'targets' | 'file' | 'fileUrl'>;

const reactions: Readonly<Record<string, string>> = {
  ...{ '❤': 'love', '😍': 'love', '😆': 'haha', '😂': 'haha', '😮': 'wow', '😢': 'sad', '😠': 'angry' },
  ...{ '👍': 'like', '👎': 'dislike' },
};

/**
 * The calls that do an order; none when there is nothing to do. Pure. Throws ConnectorError 'unsupported' and
 * 'content_invalid'.
 */
export function render(order: SendOrder, given: Given): readonly AccountCall[] {
  const writing = { ...given, reactions, isMarked: true };
  const action = order.message?.action;
  if (action?.$case === 'control') return [controlCall(order, action.value)];
  const inPrivate = privateAnswer(order);
  if (isComments(order) && inPrivate === undefined) return commentCalls(order, writing);
  const body = isTemplate(action) ? templateBody(order) : writeThread(order, writing);
  if (inPrivate !== undefined) checkPrivateAnswer(order, inPrivate, capabilities);
  return body === undefined ? [] : [{ path: 'me/messages', body, isMessage: action?.$case === 'message' }];
}

function isTemplate(action: NonNullable<SendOrder['message']>['action']): boolean {
  return action?.$case === 'message' && action.value.content?.kind?.$case === 'template';
}

function templateBody(order: SendOrder): Json {
  const action = order.message?.action;
  const kind = action?.$case === 'message' ? action.value.content?.kind : undefined;
  const template = kind?.$case === 'template' ? renderTemplate(kind.value) : undefined;
  const recipient = { id: order.conversation?.platformId ?? '' };
  return { recipient, messaging_type: 'UTILITY', message: { template, metadata: markOf(order) } };
}

function commentCalls(order: SendOrder, { targets, fileUrl }: Given): readonly AccountCall[] {
  const action = order.message?.action;
  const common = { refusal: commentRefusal };
  switch (action?.$case) {
    case 'message': {
      const beneath = targets.replyTo ?? order.conversation?.platformId ?? '';
      const { content } = action.value;
      const picture = content?.kind?.$case === 'image' ? content.kind.value.media : undefined;
      const body = { message: wordsOf(content), ...(picture && { attachment_url: fileUrl(picture) }) };
      return [{ ...common, path: `${beneath}/comments`, body, isMessage: true }];
    }
    case 'edit':
      return [{ ...common, path: targetOf(targets, 0, 'Facebook'), body: { message: wordsOf(action.value.content) } }];
    case 'delete':
      return targets.messageIds.map((path) => ({ ...common, path, method: 'DELETE' as const }));
    case 'reaction': {
      const method = action.value.reactions.length === 0 ? ('DELETE' as const) : ('POST' as const);
      return [{ ...common, path: `${targetOf(targets, 0, 'Facebook')}/likes`, method }];
    }
    case 'pressAnswer':
      return [];
    default:
      throw new ConnectorError('unsupported', `comments cannot do this: ${action?.$case ?? 'none'}`);
  }
}

function wordsOf(content: Content | undefined): string {
  switch (content?.kind?.$case) {
    case 'text':
      return content.kind.value.plain;
    case 'image':
      return content.kind.value.caption?.plain ?? '';
    default:
      throw new ConnectorError('unsupported', `comments carry no ${content?.kind?.$case ?? 'empty message'}`);
  }
}

const controls: Readonly<Partial<Record<ControlAction, string>>> = {
  [ControlAction.CONTROL_ACTION_TAKEN]: 'take',
  [ControlAction.CONTROL_ACTION_PASSED]: 'pass',
  [ControlAction.CONTROL_ACTION_REQUESTED]: 'request',
  [ControlAction.CONTROL_ACTION_RELEASED]: 'release',
};

function controlCall({ conversation }: SendOrder, { action, toApp, metadata }: ControlOrder): AccountCall {
  const word = controls[action];
  if (word === undefined) throw new ConnectorError('content_invalid', 'the order does not say what to do');
  if (word === 'pass' && toApp === '') throw new ConnectorError('content_invalid', 'the app that gets it is not named');
  const body = {
    recipient: { id: conversation?.platformId ?? '' },
    ...(word === 'pass' && { target_app_id: toApp }),
    ...(metadata !== '' && word !== 'release' && { metadata: metadata.slice(0, 1_000) }),
  };
  return { path: `me/${word}_thread_control`, body };
}
