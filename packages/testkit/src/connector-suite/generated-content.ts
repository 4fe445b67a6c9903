import type { Capabilities } from '@trunkline/contracts';
import fc from 'fast-check';
import { fileWithin } from './generated-file.ts';
import { cardButtons } from './generated-keyboard.ts';
import { markedText, textWithin } from './generated-text.ts';

/** Kinds that are a file, with a text under it where the channel has such texts. */
export const fileKinds = ['image', 'video', 'audio', 'voice', 'file', 'animation', 'videoNote'] as const;

/** What is generated of one kind that a channel carries; `template` is one that its platform has approved. */
type Generate = (capabilities: Capabilities, template: (text: string) => object) => fc.Arbitrary<object>;

const words = (max: number) => fc.oneof(fc.constant(''), textWithin(max, 1));
const url = fc.constantFrom('https://a.example/?q="1"&b=<2>', `https://a.example/${'x'.repeat(300)}`);

/** A content of every kind that can be written. Dispatch cuts texts to their limits; titles, names and the like it passes on. */
const generators: Readonly<Record<string, Generate>> = {
  text: (capabilities) => markedText(capabilities, capabilities.textMax),
  ...Object.fromEntries(
    fileKinds.map((kind) => [kind, (capabilities: Capabilities) => attachment(kind, capabilities)]),
  ),
  sticker: (capabilities) =>
    fc.record({ media: fileWithin('sticker', capabilities), emoji: fc.constantFrom('', '👍') }),
  album: (capabilities) =>
    fc.record({
      items: fc.array(albumItem(capabilities), { minLength: 2, maxLength: capabilities.albumMax, size: 'max' }),
      caption: caption('album', capabilities),
    }),
  location: () =>
    fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      title: words(200),
      address: words(200),
    }),
  contactCards: () => {
    const cards = fc.record({
      name: words(100),
      phones: fc.array(fc.constantFrom('+79990001122', '8 (999) 000-11-33'), { minLength: 1, maxLength: 3 }),
      emails: fc.array(fc.constant('oleg@a.example'), { maxLength: 2 }),
      vcard: fc.constantFrom('', 'BEGIN:VCARD\nVERSION:3.0\nFN:Oleg\nEND:VCARD'),
    });
    return fc.record({ cards: fc.array(cards, { minLength: 1, maxLength: 3 }) });
  },
  link: () => fc.record({ url, title: words(300), description: words(600) }),
  cards: (capabilities) => {
    const most = capabilities.cardsMax || 10;
    return fc.record({ cards: fc.array(card(capabilities), { minLength: 1, maxLength: most, size: 'max' }) });
  },
  template: (_capabilities, template) => fc.constantFrom('17', 'я'.repeat(30), '😀 & <b>').map(template),
  poll: () =>
    fc.record({
      question: textWithin(300, 1),
      options: fc.uniqueArray(textWithin(100, 1), { minLength: 2, maxLength: 10 }),
    }),
};

/** Contents of the kinds that a channel carries, each by its name. */
export function contentsWithin(
  capabilities: Capabilities,
  template: (text: string) => object,
): ReadonlyMap<string, fc.Arbitrary<object>> {
  const kinds = Object.keys(capabilities.content).filter((kind) => kind !== 'album' || capabilities.albumMax > 1);
  return new Map(
    kinds.map((kind) => {
      const generate = generators[kind];
      if (generate === undefined) throw new Error(`nothing of the kind ${kind} can be generated`);
      return [kind, generate(capabilities, template).map((value) => ({ [kind]: value }))];
    }),
  );
}

function caption(kind: string, capabilities: Capabilities): fc.Arbitrary<object | undefined> {
  const { captionMax, content } = capabilities;
  const isBare = captionMax === 0 || kind === 'videoNote' || content[kind]?.isWithoutCaption === true;
  return isBare ? fc.constant(undefined) : fc.option(markedText(capabilities, captionMax), { nil: undefined });
}

function attachment(kind: string, capabilities: Capabilities): fc.Arbitrary<object> {
  return fc.record({ media: fileWithin(kind, capabilities), caption: caption(kind, capabilities) });
}

function albumItem(capabilities: Capabilities): fc.Arbitrary<object> {
  const kinds = ['image', 'video', 'audio', 'file'].filter((kind) => kind in capabilities.content);
  return fc
    .constantFrom(...kinds)
    .chain((kind) =>
      fileWithin(kind, capabilities).map((media) => ({ type: `ALBUM_ITEM_TYPE_${kind.toUpperCase()}`, media })),
    );
}

/** A card of which nothing would have to be cut. */
function card(capabilities: Capabilities): fc.Arbitrary<object> {
  const { cardLineMax, cardButtonsMax } = capabilities;
  const image = 'image' in capabilities.content ? fileWithin('image', capabilities) : fc.constant(undefined);
  const longest = cardLineMax || 200;
  const most = cardButtonsMax || 5;
  return fc.record({
    title: textWithin(longest, 1),
    subtitle: words(longest),
    image: fc.option(image, { nil: undefined }),
    url: fc.oneof(fc.constant(''), url),
    buttons: cardButtons(most, capabilities),
  });
}
