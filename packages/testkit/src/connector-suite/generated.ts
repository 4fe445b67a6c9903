import { type Capabilities, SendOrder } from '@trunkline/contracts';
import fc from 'fast-check';
import { contentsWithin } from './generated-content.ts';
import { inlineWithin, keyboardWithin } from './generated-keyboard.ts';
import { markedText } from './generated-text.ts';

/** Where generated orders go, and what their platform knows already. */
export interface Known {
  readonly conversation: unknown;
  /** A template that the platform has approved, with this text in its gap, as protobuf's JSON. */
  readonly template?: ((text: string) => object) | undefined;
}

/** Our id of the message that answers and changes are about. */
export const earlierId = 'm-0';

/** A message, and then perhaps what it is changed to. */
export interface Written {
  readonly order: SendOrder;
  readonly change: SendOrder | undefined;
}

/** What dispatch might make of one kind of content in a channel: always within the capabilities, often at their very edge. */
export function ordersWithin(capabilities: Capabilities, known: Known): ReadonlyMap<string, fc.Arbitrary<Written>> {
  const template = known.template ?? (() => missingTemplate());
  const contents = contentsWithin(capabilities, template);
  const reply = capabilities.canReply ? { messageId: earlierId, text: 'before' } : undefined;
  const made = [...contents].map(([kind, content]) => {
    const written = fc.record({
      message: withKeyboard(kind, content, keyboardWithin(capabilities), capabilities),
      reply: fc.option(fc.constant(reply), { nil: undefined }),
      change: fc.option(changeOf(kind, content, capabilities), { nil: undefined }),
    });
    return [
      kind,
      written.map(({ message, reply: answered, change }) => ({
        order: orderTo(known.conversation, { message: { ...message, reply: answered } }),
        change: change && orderTo(known.conversation, { edit: { messageId: 'changed', ...change } }),
      })),
    ] as const;
  });
  return new Map(made);
}

/** A message is changed to another of its kind. */
function changeOf(
  kind: string,
  content: fc.Arbitrary<object>,
  capabilities: Capabilities,
): fc.Arbitrary<object | undefined> {
  const { editSeconds, editContent } = capabilities;
  if (editSeconds === 0 || (editContent.length > 0 && !editContent.includes(kind))) return fc.constant(undefined);
  return withKeyboard(kind, content, inlineWithin(capabilities), capabilities);
}

interface Shown {
  readonly content: object;
  readonly keyboard: object | undefined;
}

/** Buttons stand under texts short enough, and under all else only where the channel lets them. */
function withKeyboard(
  kind: string,
  content: fc.Arbitrary<object>,
  keyboard: fc.Arbitrary<object | undefined>,
  capabilities: Capabilities,
): fc.Arbitrary<Shown> {
  const { inlineButtons, replyButtons, textMax } = capabilities;
  const bodyMax = Math.min(...[inlineButtons, replyButtons].map((limit) => limit?.bodyMax || textMax));
  const isTextOnly = inlineButtons?.isTextOnly === true || replyButtons?.isTextOnly === true;
  const bare = content.map((shown) => ({ content: shown, keyboard: undefined }));
  if (kind !== 'text') {
    const isBare = isTextOnly || capabilities.content[kind]?.isWithoutButtons === true;
    return isBare ? bare : fc.record({ content, keyboard });
  }
  const body = markedText(capabilities, bodyMax).map((text) => ({ text }));
  return fc.oneof(bare, fc.record({ content: body, keyboard }));
}

function orderTo(conversation: unknown, action: object): SendOrder {
  return SendOrder.fromJSON({ message: { id: 'm-1', ...action }, conversation, parts: 1 });
}

function missingTemplate(): never {
  throw new Error('it carries templates: its strict platform has to have one');
}
