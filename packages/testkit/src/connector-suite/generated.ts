import { splitText } from '@trunkline/adapter-kit';
import { type Capabilities, type LengthUnit, MarkType, SendOrder } from '@trunkline/contracts';
import fc from 'fast-check';

/** Pieces that break careless code: pairs, joined emoji, right-to-left, marks of markup, bytes of every length. */
const pieces = [
  'a',
  ' ',
  'я',
  'é',
  'e\u0301',
  '😀',
  '👨‍👩‍👧',
  'שלום',
  '\u202e',
  '<b>',
  '&',
  '"',
  '_*`',
  '\n',
  '日本',
  '\u0000',
];

/** Texts that fill a limit to its last unit, or nearly nothing of it. */
function textWithin(max: number, unit: LengthUnit): fc.Arbitrary<string> {
  const longest = max === 0 ? 2_000 : max;
  const few = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 30 }).map((list) => list.join(''));
  const full = few.map((part) => part.repeat(Math.ceil(longest / part.length) + 1));
  return fc.oneof(few, full).map((plain) => {
    const text = plain.trim() === '' ? 'x' : plain;
    return splitText({ plain: text, marks: [] }, { max: longest, unit })[0]?.plain || 'x';
  });
}

const markKinds = [
  MarkType.MARK_TYPE_BOLD,
  MarkType.MARK_TYPE_ITALIC,
  MarkType.MARK_TYPE_CODE,
  MarkType.MARK_TYPE_LINK,
  MarkType.MARK_TYPE_SPOILER,
];

function markedText(capabilities: Capabilities, max: number): fc.Arbitrary<object> {
  return textWithin(max, capabilities.textUnit).chain((plain) => {
    if (!capabilities.canFormat) return fc.constant({ plain });
    const mark = fc.record({
      type: fc.constantFrom(...markKinds),
      offset: fc.nat(plain.length),
      length: fc.integer({ min: 1, max: plain.length + 1 }),
      href: fc.constant('https://a.example/?q="1"&b=<2>'),
    });
    return fc.array(mark, { maxLength: 5 }).map((marks) => ({ plain, marks }));
  });
}

/** Kinds that are a file with a caption. */
const fileKinds = ['image', 'video', 'audio', 'voice', 'file', 'animation'] as const;

function media(kind: string, { content }: Capabilities): object {
  const [mimeType = 'application/octet-stream'] = content[kind]?.mimeTypes ?? [];
  const maxBytes = content[kind]?.maxBytes ?? 0;
  return {
    id: `media-${kind}`,
    mimeType,
    name: `a.${kind}`,
    sizeBytes: maxBytes === 0 ? 1_000 : Math.min(maxBytes, 1_000),
  };
}

function contentWithin(capabilities: Capabilities): fc.Arbitrary<object> {
  const { textMax, captionMax, content } = capabilities;
  const kinds = fileKinds.filter((kind) => kind in content);
  const captioned = kinds.map((kind) => {
    const isBare = captionMax === 0 || content[kind]?.isWithoutCaption === true;
    const caption = isBare ? fc.constant(undefined) : markedText(capabilities, captionMax);
    return caption.map((text) => ({ [kind]: { media: media(kind, capabilities), caption: text } }));
  });
  const text = markedText(capabilities, textMax).map((plain) => ({ text: plain }));
  const place = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  return fc.oneof(text, ...captioned, ...('location' in content ? [place.map((location) => ({ location }))] : []));
}

function keyboardWithin({ inlineButtons, buttonActions }: Capabilities): fc.Arbitrary<object | undefined> {
  const { rows = 0, columns = 0, total = 0, textMax = 0, payloadMaxBytes = 0 } = inlineButtons ?? {};
  if (rows === 0 || !buttonActions.includes('callback')) return fc.constant(undefined);
  const label = fc.constantFrom(
    'Да',
    '😀'.repeat(Math.max(1, Math.floor(textMax / 2))),
    '<b>',
    'x'.repeat(Math.max(1, textMax)),
  );
  const payload = fc.constantFrom(
    'p',
    'я'.repeat(Math.max(1, Math.floor(payloadMaxBytes / 2))),
    'x'.repeat(Math.max(1, payloadMaxBytes)),
  );
  const button = fc.record({ text: label, callback: payload });
  const across = Math.max(1, Math.min(columns, total));
  const row = fc.record({ buttons: fc.array(button, { minLength: 1, maxLength: across }) });
  const keyboard = fc
    .array(row, { minLength: 1, maxLength: Math.max(1, Math.min(rows, Math.floor(total / across))) })
    .map((list) => ({ mode: 'KEYBOARD_MODE_INLINE', rows: list }));
  return fc.option(keyboard, { nil: undefined });
}

/** Orders that dispatch might make: always within the capabilities, often at their very edge. */
export function ordersWithin(capabilities: Capabilities, conversation: unknown): fc.Arbitrary<SendOrder> {
  const { inlineButtons } = capabilities;
  const message = fc.record({ content: contentWithin(capabilities), keyboard: keyboardWithin(capabilities) });
  const bodyMax = inlineButtons?.bodyMax ?? 0;
  const underText = fc.record({
    content: markedText(capabilities, bodyMax === 0 ? capabilities.textMax : bodyMax).map((text) => ({ text })),
    keyboard: keyboardWithin(capabilities),
  });
  const isLimited = bodyMax > 0 || inlineButtons?.isTextOnly === true;
  const bare = contentWithin(capabilities).map((content) => ({ content, keyboard: undefined }));
  return (isLimited ? fc.oneof(bare, underText) : message).map(({ content, keyboard }) =>
    SendOrder.fromJSON({
      message: { id: 'm-1', message: { content, keyboard } },
      conversation,
      parts: 1,
    }),
  );
}
