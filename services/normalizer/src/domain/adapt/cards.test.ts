import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Button, Capabilities, type Card, ContentCapability } from '@trunkline/contracts';
import { cardPieces } from './cards.ts';

const carried = { content: { cards: ContentCapability.create() }, buttonActions: ['callback'] };
const inlineButtons = { rows: 3, columns: 1, total: 3, textMax: 10, payloadMaxBytes: 20 };
const button = (label: string) => Button.create({ text: label, action: { $case: 'callback', value: 'p' } });
const link = Button.create({ text: 'Look', action: { $case: 'url', value: 'https://a.example' } });
const card = (title: string, more: Partial<Card> = {}): Card => ({
  ...{ title, subtitle: '', image: undefined, url: '', buttons: [], ...more },
});
const buy = card('a', { buttons: [button('Buy'), button('Keep')] });

const cases: readonly {
  name: string;
  cards: readonly Card[];
  capabilities: Parameters<typeof Capabilities.fromPartial>[0];
  pieces: readonly string[];
}[] = [
  { name: 'cards that fit are one message', cards: [buy, card('b')], capabilities: {}, pieces: ['cards:2'] },
  {
    name: 'cards that are too many for one message go as several',
    cards: [card('a'), card('b'), card('c')],
    capabilities: { cardsMax: 2 },
    pieces: ['cards:2', 'cards:1'],
  },
  {
    name: 'cards one of which would be cut go as texts',
    cards: [card('a'), card('a long one')],
    capabilities: { cardLineMax: 5 },
    pieces: ['a', 'a long one'],
  },
  {
    name: 'a second line that would be cut counts too',
    cards: [card('a', { subtitle: 'a long one' })],
    capabilities: { cardLineMax: 5 },
    pieces: ['a\na long one'],
  },
  {
    name: 'a card with more buttons than a card has goes as a text with them',
    cards: [buy],
    capabilities: { cardButtonsMax: 1 },
    pieces: ['a [Buy|Keep]'],
  },
  {
    name: 'a card with a button that is none here goes as a text with it',
    cards: [card('a', { buttons: [link] })],
    capabilities: {},
    pieces: ['a [Look]'],
  },
  {
    name: 'a card with a label that is too long goes as a text with it',
    cards: [card('a', { buttons: [button('Certainly not')] })],
    capabilities: {},
    pieces: ['a [Certainly not]'],
  },
];

for (const { name, cards, capabilities, pieces } of cases) {
  test(name, () => {
    const made = cardPieces(cards, Capabilities.fromPartial({ ...carried, inlineButtons, ...capabilities }), () => '');
    const shown = made.pieces.map(({ native, text, keyboard }) => {
      const labels = keyboard?.rows.flatMap((row) => row.buttons.map((each) => each.text)) ?? [];
      if (native?.$case === 'cards') return `cards:${native.value.cards.length}`;
      return labels.length === 0 ? text.plain : `${text.plain} [${labels.join('|')}]`;
    });
    assert.deepEqual(shown, pieces);
    assert.deepEqual(made.degraded, shown.some((piece) => piece.startsWith('cards:')) ? [] : ['D2']);
  });
}
