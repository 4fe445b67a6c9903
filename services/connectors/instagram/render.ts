import {
  type AccountCall,
  ConnectorError,
  checkPrivateAnswer,
  isComments,
  privateAnswer,
  type ThreadWriting,
  uploadOf,
  writeThread,
} from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { capabilities } from './capabilities.ts';
import { commentRefusal } from './errors.ts';
import { firstCommentOf } from './parse-comment.ts';

const reactions: Readonly<Record<string, string>> = { '❤': 'love', '😍': 'love' };

/**
 * The calls that do an order; none when there is nothing to do. Files are fetched by the platform from our links. Pure.
 * Throws ConnectorError 'unsupported' and 'content_invalid'.
 */
export function render(
  order: SendOrder,
  { targets, fileUrl }: Pick<ThreadWriting, 'targets' | 'fileUrl'>,
): readonly AccountCall[] {
  const action = order.message?.action;
  const inPrivate = privateAnswer(order);
  if (inPrivate !== undefined) checkPrivateAnswer(order, inPrivate, capabilities);
  else if (isComments(order)) return commentCalls(order, targets);
  const content = action?.$case === 'message' ? action.value.content : undefined;
  const file = content && uploadOf(content);
  const writing = { targets, fileUrl, reactions, isMarked: false, ...(file && { file: { url: fileUrl(file.media) } }) };
  const body = writeThread(order, writing);
  return body === undefined ? [] : [{ path: 'me/messages', body, isMessage: action?.$case === 'message' }];
}

/** Whether an order writes under a post, where answers are counted. Pure. */
export function isPublicAnswer(order: SendOrder): boolean {
  return isComments(order) && order.message?.action?.$case === 'message' && privateAnswer(order) === undefined;
}

function commentCalls(order: SendOrder, { replyTo, messageIds }: ThreadWriting['targets']): readonly AccountCall[] {
  const action = order.message?.action;
  switch (action?.$case) {
    case 'message': {
      const kind = action.value.content?.kind;
      if (kind?.$case !== 'text') throw unsupported(`comments carry no ${kind?.$case ?? 'empty message'}`);
      checkComment(kind.value.plain);
      const beneath = replyTo ?? firstCommentOf(order.conversation ?? { platformId: '' });
      const body = { message: kind.value.plain };
      return [{ path: `${beneath}/replies`, body, isMessage: true, refusal: commentRefusal }];
    }
    case 'delete':
      return messageIds.map((path) => ({ path, method: 'DELETE' as const, refusal: commentRefusal }));
    case 'pressAnswer':
      return [];
    default:
      throw unsupported(`comments cannot do this: ${action?.$case ?? 'none'}`);
  }
}

const hashtagsMax = 4;
const linksMax = 1;

/** Instagram takes no answer that looks like advertising: a person can write it in other words. */
function checkComment(plain: string): void {
  const hashtags = plain.match(/#[\p{L}\p{N}_]+/gu)?.length ?? 0;
  const links = plain.match(/https?:\/\//gi)?.length ?? 0;
  const isShouted = plain.length > 3 && /\p{Lu}/u.test(plain) && !/\p{Ll}/u.test(plain);
  const reason =
    hashtags > hashtagsMax
      ? `at most ${hashtagsMax} hashtags, this one has ${hashtags}`
      : links > linksMax
        ? `one link, this one has ${links}`
        : isShouted
          ? 'no text of capitals alone'
          : undefined;
  if (reason === undefined) return;
  throw new ConnectorError('content_invalid', `Instagram takes under a post ${reason}.`, {
    platformCode: 'comment rules',
  });
}

function unsupported(words: string): ConnectorError {
  return new ConnectorError('unsupported', words);
}
