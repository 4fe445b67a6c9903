import { Content, type FileResult, type Media, mapMedia, mediaOf } from '@trunkline/contracts';
import { contactIdOf, conversationOf } from '../state/conversation.ts';
import { contentOf } from '../state/message-content.ts';
import type { Turn } from '../turn.ts';

/** Takes what became of copying a file: history knows it, and it is told once. */
export function takeFileResult(turn: Turn, { channelId, messageId, media, reason }: FileResult): void {
  if (media === undefined) return;
  const message = turn.draft.get('messages', messageId);
  if (message?.isForgotten === true) return;
  const content = message && contentOf(message);
  const former = content && mediaOf(content).find(({ id }) => id === media.id);
  if (former !== undefined && isSettledAs(former, media)) return;
  if (message !== undefined && content !== undefined && former !== undefined) {
    const next = mapMedia(content, (each) => (each.id === media.id ? media : each));
    turn.draft.put('messages', { ...message, content: Content.encode(next).finish() });
  }
  const channel = turn.directory.channel(channelId);
  const conversation = message && conversationOf(turn.draft, message.conversationId);
  turn.say(
    {
      tenantId: message?.tenantId ?? channel?.tenantId ?? '',
      channel,
      conversationId: message?.conversationId,
      contactId: message?.contactId || (conversation && contactIdOf(turn, conversation)),
    },
    { $case: 'fileSettled', value: { media, messageId, reason } },
  );
}

function isSettledAs(former: Media, media: Media): boolean {
  return former.state === media.state && former.sha256 === media.sha256;
}
