import { type LengthLimit, sliceText, splitText, textLength } from '@trunkline/adapter-kit';
import type {
  Attachment,
  ButtonCapability,
  Capabilities,
  Content,
  EditedPart,
  Keyboard,
  OutgoingContent,
  OutgoingMessage,
  Text,
} from '@trunkline/contracts';
import type { Option } from '../state/documents.ts';
import { type Adapted, type Degradation, type Piece, plain, takesCaption } from './adapted.ts';
import { carries } from './carries.ts';
import { editParts } from './edit-parts.ts';
import { adaptKeyboard } from './keyboard.ts';
import type { FileUrl } from './media.ts';
import { piecesOf } from './pieces.ts';
import { replaced } from './replace.ts';
import { joined, quoteLines, withoutMarks } from './text.ts';

/**
 * Adapts an outgoing message to what its channel carries: parts within every limit, nothing of a text lost, and what had to
 * be degraded named. `editedParts`: of an edit, what its message consists of. Pure.
 */
export function adapt(
  message: OutgoingMessage,
  capabilities: Capabilities,
  fileUrl: FileUrl,
  editedParts: readonly EditedPart[] = [],
): Adapted {
  const { message: order, degraded: before } = replaced(message, capabilities);
  const { action } = order;
  if (action?.$case === 'message') {
    const adapted = adaptContent(action.value, capabilities, fileUrl);
    const parts = adapted.contents.map((value) => ({ ...order, action: { $case: 'message' as const, value } }));
    return { ...adapted, parts, targetParts: new Map(), degraded: unique([...before, ...adapted.degraded]) };
  }
  if (action?.$case === 'edit') {
    const { content, keyboard } = action.value;
    const whole = { content, keyboard, reply: undefined, options: undefined };
    const adapted = adaptContent(whole, capabilities, fileUrl);
    const edited = editParts(order, adapted.contents, editedParts);
    return { ...adapted, ...edited, degraded: unique([...before, ...adapted.degraded]) };
  }
  return { parts: [order], targetParts: new Map(), degraded: before, options: [] };
}

interface AdaptedContent {
  readonly contents: readonly OutgoingContent[];
  readonly degraded: readonly Degradation[];
  readonly options: readonly Option[];
}

function adaptContent(written: OutgoingContent, capabilities: Capabilities, fileUrl: FileUrl): AdaptedContent {
  const { content, reply, keyboard, options } = written;
  const found = piecesOf(content ?? { kind: undefined }, capabilities, fileUrl);
  const made = { ...found, pieces: withoutBlanks(found.pieces) };
  const quoted = reply === undefined || capabilities.canReply ? undefined : quoteLines(reply);
  const quotedPieces = quoted === undefined ? made.pieces : withQuote(made.pieces, quoted, capabilities);
  const finished = quotedPieces.map((piece, index) => {
    const own = index === quotedPieces.length - 1 ? (keyboard ?? piece.keyboard) : piece.keyboard;
    return finish(piece, own, capabilities);
  });
  const parts = finished.flatMap((piece) => piece.parts);
  const contents = parts.map(
    (part, index): OutgoingContent => ({
      ...part,
      options,
      reply: index === 0 && !quoted ? nativeReply(written, capabilities) : undefined,
    }),
  );
  return {
    contents,
    degraded: [...made.degraded, ...(quoted ? (['D5'] as const) : []), ...finished.flatMap(({ degraded }) => degraded)],
    options: finished.flatMap((piece) => piece.options),
  };
}

function nativeReply({ reply }: OutgoingContent, { canReply }: Capabilities): OutgoingContent['reply'] {
  return canReply ? reply : undefined;
}

interface Finished {
  readonly parts: readonly { readonly content: Content; readonly keyboard: Keyboard | undefined }[];
  readonly degraded: readonly Degradation[];
  readonly options: readonly Option[];
}

/** Gives a piece its buttons, and its texts their lengths. The buttons stand under the last part. */
function finish(piece: Piece, keyboard: Keyboard | undefined, capabilities: Capabilities): Finished {
  const buttons = adaptKeyboard(keyboard, capabilities);
  const numbered = buttons.options.map(({ label }, index) => `${index + 1}. ${label}`);
  const lines = [...numbered, ...buttons.lines].join('\n');
  const hasMarks = !capabilities.canFormat && piece.text.marks.length > 0;
  const body = hasMarks ? withoutMarks(piece.text) : piece.text;
  const contents = contentsOf(piece, joined(body, '\n\n', plain(lines)), capabilities, buttons.limit);
  return {
    parts: contents.map((content, index) => ({
      content,
      keyboard: index === contents.length - 1 ? buttons.native : undefined,
    })),
    degraded: hasMarks ? [...buttons.degraded, 'D2'] : buttons.degraded,
    options: buttons.options,
  };
}

/** What buttons stand under where their piece has no words. */
const pointer = plain('👇');

/** A text in as many parts as it needs; a caption that is too long, or that buttons stand under, follows as text. */
function contentsOf(piece: Piece, text: Text, capabilities: Capabilities, limit?: ButtonCapability): Content[] {
  const { native } = piece;
  const { textMax: max, textUnit: unit, captionMax } = capabilities;
  // A channel without a limit for texts has none for captions; everywhere else 0 means that there are no captions.
  const isEndless = max === 0 && captionMax === 0;
  const texts = (written: Text) => withTail(written, limit?.bodyMax ?? 0, { max, unit }).map(textContent);
  if (native === undefined) return texts(text);
  const isBare = limit !== undefined && carries(capabilities, native.$case)?.isWithoutButtons === true;
  if (limit?.isTextOnly || isBare) return [{ kind: native }, ...texts(text.plain === '' ? pointer : text)];
  if (text.plain === '') return [{ kind: native }];
  const isCaption = takesCaption(piece, capabilities) && (isEndless || textLength(text.plain, unit) <= captionMax);
  if (isCaption) return [{ kind: withCaption(native, text) }];
  return [{ kind: native }, ...texts(text)];
}

/** A text in parts, the last one short enough for the buttons under it. */
function withTail(text: Text, tailMax: number, limit: LengthLimit): Text[] {
  const tail = splitText(text, { ...limit, max: tailMax }).at(-1);
  const end = text.plain.trimEnd().length - (tail?.plain.length ?? 0);
  const before = sliceText(text, 0, text.plain.slice(0, end).trimEnd().length);
  if (tail === undefined || tailMax === 0 || before.plain === '') return splitText(text, limit);
  return [...splitText(before, limit), tail];
}

function textContent(value: Text): Content {
  return { kind: { $case: 'text', value } };
}

function withCaption(native: NonNullable<Content['kind']>, caption: Text): NonNullable<Content['kind']> {
  // Only kinds that takesCaption names come here: each has the field.
  const value = native.value as Attachment;
  return { ...native, value: { ...value, caption } } as NonNullable<Content['kind']>;
}

/** A piece that would show nothing is left out, unless it is all there is. */
function withoutBlanks(pieces: readonly Piece[]): readonly Piece[] {
  const shown = pieces.filter(({ native, text, keyboard }) => native ?? keyboard ?? text.plain.trim());
  return shown.length > 0 ? shown : pieces.slice(0, 1);
}

/** Puts the quote before the first piece's own text, or into a piece of its own where there is no place for it. */
function withQuote(pieces: readonly Piece[], quote: string, capabilities: Capabilities): readonly Piece[] {
  const [first, ...others] = pieces;
  if (quote === '') return pieces;
  if (first === undefined || !takesCaption(first, capabilities)) return [{ text: plain(quote) }, ...pieces];
  return [{ ...first, text: joined(plain(quote), '', first.text) }, ...others];
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
