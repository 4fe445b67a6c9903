import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textLength } from '@trunkline/adapter-kit';
import {
  ButtonStyle,
  Capabilities,
  type Content,
  ContentCapability,
  type Keyboard,
  LengthUnit,
  type Media,
  MediaState,
  OutgoingMessage,
} from '@trunkline/contracts';
import fc from 'fast-check';
import { adapt } from './adapt.ts';
import { plain } from './adapted.ts';

const words = fc.constantFrom(
  'слово',
  '👩‍👩‍👧‍👦',
  'e\u0301',
  'שלום',
  '\u202Eabc\u202C',
  'a',
  '🇷🇺',
  '漢字',
  'https://a.example/x',
  '…',
);
const gaps = fc.constantFrom(' ', '\n\n', '. ', '', '\n', '\u00A0');
const texts = fc.oneof(
  fc.array(fc.tuple(words, gaps), { maxLength: 60 }).map((list) => list.flat().join('')),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constant('x'.repeat(5_000)),
);

const capabilities = fc
  .record({
    textMax: fc.integer({ min: 40, max: 300 }),
    textUnit: fc.constantFrom(
      LengthUnit.LENGTH_UNIT_UTF16,
      LengthUnit.LENGTH_UNIT_BYTES,
      LengthUnit.LENGTH_UNIT_CODE_POINTS,
    ),
    captionMax: fc.integer({ min: 0, max: 100 }),
    albumMax: fc.constantFrom(0, 2, 10),
    canReply: fc.boolean(),
    canFormat: fc.boolean(),
    editSeconds: fc.constantFrom(0, 60),
    content: fc.dictionary(
      fc.constantFrom('image', 'video', 'file', 'album', 'sticker', 'location'),
      fc.boolean().map((isWithoutCaption) => ContentCapability.create({ maxBytes: 500, isWithoutCaption })),
    ),
    inlineButtons: fc.option(
      fc.record({
        rows: fc.integer({ min: 1, max: 4 }),
        columns: fc.integer({ min: 1, max: 3 }),
        total: fc.integer({ min: 1, max: 8 }),
        textMax: fc.integer({ min: 1, max: 20 }),
        payloadMaxBytes: fc.integer({ min: 1, max: 20 }),
        bodyMax: fc.constantFrom(0, 35),
        isTextOnly: fc.boolean(),
        loneActions: fc.subarray(['url']),
      }),
      { nil: undefined },
    ),
    buttonActions: fc.subarray(['callback', 'url', 'call']),
  })
  .map((record) => Capabilities.create(record));

const media = fc.integer({ min: 0, max: 1_000 }).map(
  (sizeBytes): Media => ({
    ...{ id: 'f1', mimeType: 'image/png', sizeBytes, name: '', sha256: '', width: 0, height: 0 },
    ...{ durationSeconds: 0, state: MediaState.MEDIA_STATE_STORED, source: undefined, url: '' },
  }),
);

const attachment = fc.record({ media, caption: texts.map(plain), transcription: fc.constant('') });
const contents: fc.Arbitrary<Content> = fc.oneof(
  texts.map((value): Content => ({ kind: { $case: 'text', value: plain(value) } })),
  attachment.map((value): Content => ({ kind: { $case: 'image', value } })),
  attachment.map((value): Content => ({ kind: { $case: 'voice', value } })),
  fc.array(attachment, { minLength: 1, maxLength: 12 }).map((list): Content => {
    const items = list.map((each) => ({ type: 1 as const, media: each.media, caption: each.caption }));
    return { kind: { $case: 'album', value: { items, caption: plain('whole') } } };
  }),
);

const button = fc.record({
  style: fc.constant(ButtonStyle.BUTTON_STYLE_UNSPECIFIED),
  text: fc.string({ minLength: 1, maxLength: 25 }),
  action: fc.oneof(
    fc.string({ maxLength: 25 }).map((value) => ({ $case: 'callback' as const, value })),
    fc.constant({ $case: 'url' as const, value: 'https://a.example' }),
  ),
});
const keyboards: fc.Arbitrary<Keyboard | undefined> = fc.option(
  fc.array(fc.array(button, { minLength: 1, maxLength: 4 }), { maxLength: 4 }).map((rows): Keyboard => {
    return { mode: 1, rows: rows.map((buttons) => ({ buttons })), isOneTime: false, placeholder: '' };
  }),
  { nil: undefined },
);

const captionOf = (content: Content | undefined): string =>
  (content?.kind?.value as { caption?: { plain: string } } | undefined)?.caption?.plain ?? '';

const solid = (text: string) => text.replaceAll(/\s/g, '');

/** Every text of a content, in order, without white space. */
function allText(content: Content | undefined): string[] {
  const kind = content?.kind;
  if (kind?.$case === 'text') return [solid(kind.value.plain)];
  const items = kind?.$case === 'album' ? kind.value.items.map(({ caption }) => solid(caption?.plain ?? '')) : [];
  return [solid(captionOf(content)), ...items];
}

test('whatever is written, every part is within capabilities and no text is lost', () => {
  fc.assert(
    fc.property(contents, keyboards, capabilities, fc.boolean(), (content, keyboard, carried, isEdit) => {
      const value = { content, keyboard, reply: undefined, options: undefined };
      const action = isEdit
        ? ({ $case: 'edit', value: { messageId: 'm0', content, keyboard } } as const)
        : ({ $case: 'message', value } as const);
      const message = { ...OutgoingMessage.fromPartial({ id: 'm1' }), action };
      const { parts } = adapt(message, carried, () => 'https://files.example/f1');
      assert.ok(parts.length > 0);
      for (const part of parts) assertFits(part, carried);
      const sent = parts.flatMap((part) => allText(contentOf(part))).join('');
      for (const written of allText(content)) assert.ok(sent.includes(written), `lost: ${written}`);
      for (const part of parts) assert.ok(allText(contentOf(part)).every((text) => text.isWellFormed()));
    }),
    { numRuns: 400 },
  );
});

function contentOf({ action }: OutgoingMessage): Content | undefined {
  return action?.$case === 'message' || action?.$case === 'edit' ? action.value.content : undefined;
}

function assertFits(part: OutgoingMessage, carried: Capabilities): void {
  const { action } = part;
  assert.ok(action?.$case === 'message' || action?.$case === 'edit');
  const kind = action.value.content?.kind;
  const { textMax, textUnit, captionMax } = carried;
  if (kind?.$case === 'text') assert.ok(textLength(kind.value.plain, textUnit) <= textMax);
  else assert.ok(kind !== undefined && kind.$case in carried.content, `not carried: ${kind?.$case}`);
  const caption = captionOf(action.value.content);
  assert.ok(textLength(caption, textUnit) <= captionMax);
  assert.ok(caption === '' || carried.content[kind?.$case ?? '']?.isWithoutCaption !== true);
  if (kind?.$case === 'album') assert.ok(kind.value.items.length <= carried.albumMax);
  if (kind?.$case === 'image') assert.ok((kind.value.media?.sizeBytes ?? 0) <= 500);
  const rows = action.value.keyboard?.rows ?? [];
  const limit = carried.inlineButtons;
  if (rows.length === 0) return;
  assert.ok(limit !== undefined && rows.length <= limit.rows);
  assert.ok(rows.flatMap((row) => row.buttons).length <= limit.total);
  assert.ok(kind.$case === 'text' || !limit.isTextOnly);
  assert.ok(limit.bodyMax === 0 || kind.$case !== 'text' || textLength(kind.value.plain, textUnit) <= limit.bodyMax);
  const all = rows.flatMap((row) => row.buttons);
  assert.ok(all.length === 1 || all.every(({ action: act }) => !limit.loneActions.includes(act?.$case ?? '')));
  for (const row of rows) {
    assert.ok(row.buttons.length <= limit.columns);
    for (const { text, action: act } of row.buttons) {
      assert.ok(text.length <= limit.textMax && carried.buttonActions.includes(act?.$case ?? ''));
    }
  }
}
