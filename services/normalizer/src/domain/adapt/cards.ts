import type { Capabilities, Card } from '@trunkline/contracts';
import { type Piece, plain } from './adapted.ts';
import { carries } from './carries.ts';
import { fitsUnder } from './keyboard.ts';
import { adaptAttachment, type FileUrl } from './media.ts';
import type { Pieces } from './pieces.ts';

/** Cards as they are where each of them fits whole; else each as a picture with text and its buttons. Pure. */
export function cardPieces(cards: readonly Card[], capabilities: Capabilities, fileUrl: FileUrl): Pieces {
  const isNative = carries(capabilities, 'cards') !== undefined && cards.every((card) => fits(card, capabilities));
  if (isNative) return { pieces: together(cards, capabilities), degraded: [] };
  const each = cards.map((card) => asText(card, capabilities, fileUrl));
  return { pieces: each.map(({ piece }) => piece), degraded: [...each.flatMap(({ degraded }) => degraded), 'D2'] };
}

/** Nothing of a card may be cut: neither its words nor its buttons. */
function fits({ title, subtitle, buttons }: Card, capabilities: Capabilities): boolean {
  const { cardButtonsMax, cardLineMax } = capabilities;
  const isShort = cardLineMax === 0 || Math.max(title.length, subtitle.length) <= cardLineMax;
  const areFew = cardButtonsMax === 0 || buttons.length <= cardButtonsMax;
  return isShort && areFew && buttons.every((button) => fitsUnder(button, capabilities));
}

/** As one message, as several where they are too many for one. */
function together(cards: readonly Card[], { cardsMax }: Capabilities): Piece[] {
  const most = cardsMax === 0 ? Math.max(1, cards.length) : cardsMax;
  const pieces: Piece[] = [];
  for (let from = 0; from < cards.length; from += most) {
    const native = { $case: 'cards' as const, value: { cards: cards.slice(from, from + most) } };
    pieces.push({ native, text: plain('') });
  }
  return pieces;
}

function asText({ title, subtitle, image, url, buttons }: Card, capabilities: Capabilities, fileUrl: FileUrl) {
  const text = plain([title, subtitle, url].filter(Boolean).join('\n'));
  const made =
    image === undefined
      ? { piece: { text }, degraded: [] }
      : adaptAttachment('image', { media: image, caption: text, transcription: '' }, capabilities, fileUrl);
  if (buttons.length === 0) return made;
  const rows = buttons.map((button) => ({ buttons: [button] }));
  const keyboard = { mode: 1 as const, rows, isOneTime: false, placeholder: '' };
  return { ...made, piece: { ...made.piece, keyboard } };
}
