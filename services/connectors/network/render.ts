import { ConnectorError, type Targets } from '@trunkline/adapter-kit';
import { type Content, Origin, type SendOrder } from '@trunkline/contracts';
import { refused } from './errors.ts';
import { type FileUrl, writeContent } from './render-content.ts';
import { contentKinds, type WireContent } from './types-content.ts';
import { sizeTrouble } from './types-limits.ts';
import type { Side } from './verify-sides.ts';

type Json = Readonly<Record<string, unknown>>;

/** More parts no message has. */
const partsMax = 1_000;

/**
 * Number of what is written: grows within a conversation, and is another for either side, so that it names a message there.
 * Pure.
 */
export function numberOf({ conversationNumber, part }: SendOrder, side: Side): string {
  if (part >= partsMax) throw new ConnectorError('content_invalid', `a message has at most ${partsMax} parts`);
  return String((BigInt(conversationNumber) * BigInt(partsMax) + BigInt(part)) * 2n + (side === 'line' ? 1n : 0n));
}

/**
 * What a call says of an order; undefined when there is nothing to say. Pure. Throws ConnectorError 'unsupported',
 * 'content_invalid' and 'too_large'.
 */
export function render(
  order: SendOrder,
  { replyTo, messageIds }: Targets,
  { side, fileUrl }: { readonly side: Side; readonly fileUrl: FileUrl },
): Json | undefined {
  const { message, part } = order;
  const action = message?.action;
  const placed = { id: `${message?.id ?? ''}.${part}`, number: numberOf(order, side) };
  switch (action?.$case) {
    case 'message': {
      const answers = replyTo === undefined ? {} : { replyTo };
      const isAutomatic = message?.origin === Origin.ORIGIN_BOT || message?.origin === Origin.ORIGIN_SYSTEM;
      const content = written(action.value.content, fileUrl);
      return { type: 'message', ...placed, content, ...answers, isAutomatic };
    }
    case 'edit':
      return {
        ...{ type: 'edit', ...placed, target: messageIds[0] ?? unknown() },
        content: written(action.value.content, fileUrl),
      };
    case 'delete':
      return { type: 'delete', ...placed, targets: messageIds.length === 0 ? unknown() : messageIds };
    case 'reaction':
      return { type: 'reaction', ...placed, target: messageIds[0] ?? unknown(), reactions: action.value.reactions };
    case 'read':
      return { type: 'read', upTo: messageIds.at(-1) ?? unknown() };
    case 'typing':
      return { type: 'typing', isOn: action.value.isOn };
    case 'pressAnswer':
      return undefined; // A press waits for nothing here.
    default:
      throw new ConnectorError('unsupported', `the network cannot do this: ${action?.$case ?? 'none'}`);
  }
}

function written(content: Content | undefined, fileUrl: FileUrl): WireContent {
  const kind = content?.kind?.$case ?? 'none';
  if (content === undefined || !Object.hasOwn(contentKinds, kind))
    throw new ConnectorError('unsupported', `the network has no message of the kind ${kind}`);
  const wire = writeContent(content, fileUrl);
  if (!contentKinds[kind as keyof typeof contentKinds].safeParse(wire[kind]).success)
    throw new ConnectorError('content_invalid', `the other side would not understand this ${kind}`);
  const trouble = sizeTrouble(wire);
  if (trouble !== undefined) throw refused(trouble);
  return wire;
}

function unknown(): never {
  throw new ConnectorError('content_invalid', 'the message is not known in this conversation');
}
