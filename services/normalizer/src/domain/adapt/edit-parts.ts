import type { EditedPart, OutgoingContent, OutgoingMessage } from '@trunkline/contracts';
import type { Adapted } from './adapted.ts';

/** What becomes of each message on the platform that an edited message consists of. */
export interface PartChanges {
  /** In the order of the new contents. */
  readonly changed: readonly EditedPart[];
  /** What the new contents have no need of. */
  readonly deleted: readonly EditedPart[];
}

/**
 * Which parts take the new contents, and which are left over. Words alone go to where words stand: a file that has its text
 * beside it stays as it is. What may not be deleted any more stays. Pure.
 */
export function changesOf(contents: readonly OutgoingContent[], parts: readonly EditedPart[]): PartChanges {
  const isWords = contents.every(isText);
  const texts = parts.filter((part) => part.isText);
  const meant = isWords && texts.length > 0 ? texts : parts;
  const left = meant.slice(contents.length);
  return { changed: meant.slice(0, contents.length), deleted: left.filter((part) => part.isDeletable) };
}

/** Is it words alone, without a file. Pure. */
export function isText({ content }: OutgoingContent): boolean {
  return content?.kind?.$case === 'text';
}

/**
 * An edit, part by part: what is there is edited, a text that has grown too long goes on in new messages, and what it has no
 * need of any more is deleted. Where nothing is known of the edited message it is one. Pure.
 */
export function editParts(
  order: OutgoingMessage,
  contents: readonly OutgoingContent[],
  known: readonly EditedPart[],
): Pick<Adapted, 'parts' | 'targetParts'> {
  const messageId = order.action?.$case === 'edit' ? order.action.value.messageId : '';
  const whole = { messageId, part: 0, isText: false, isDeletable: false };
  const { changed, deleted } = changesOf(contents, known.length > 0 ? known : [whole]);
  const written = contents.map((value, index): OutgoingMessage => {
    const target = changed[index];
    if (target === undefined) return { ...order, action: { $case: 'message', value } };
    const { content, keyboard } = value;
    return { ...order, action: { $case: 'edit', value: { messageId: target.messageId, content, keyboard } } };
  });
  const gone = deleted.map(
    (target): OutgoingMessage => ({
      ...order,
      action: { $case: 'delete', value: { messageIds: [target.messageId] } },
    }),
  );
  const numbers = [
    ...changed.map(({ part }, index) => [index, part] as const),
    ...deleted.map(({ part }, index) => [contents.length + index, part] as const),
  ];
  return { parts: [...written, ...gone], targetParts: new Map(numbers) };
}
