import { filesKind, readAs, unsupported } from '@trunkline/adapter-kit';
import { Content, Text } from '@trunkline/contracts';
import { type File, fileOf, lineOf, linkOf } from './parse-attachment.ts';
import { type Attached, type Attachment, attachedSchema, type Forwarded } from './types.ts';

type Kind = Parameters<typeof Content.fromPartial>[0]['kind'];

/** Forwards hold forwards: what lies deeper, and what is more, is left to VK itself. */
const deepest = 5;
const mostForwarded = 100;

/**
 * What a message carries: one thing natively, several files as an album with the words under it. What has no file and no
 * words of its own becomes a line with its address. Whatever was forwarded stands below, quoted.
 */
export function contentOf(message: Part, channelId: string): Content {
  const all = [...gathered(message, 0)].slice(0, mostForwarded);
  const attached = all.flatMap(({ from }) => from.attachments).map((one) => [one, read(one)] as const);
  const others = attached.filter(([one, of]) => fileOf(one, of, channelId) === undefined);
  const files = attached.flatMap(([one, of]) => fileOf(one, of, channelId) ?? []);
  const places = all.flatMap(({ from: { geo } }) => (geo === undefined ? [] : [geo]));
  const words = all.map(({ from, depth }) => from.text.replaceAll(/^/gm, '> '.repeat(from.text === '' ? 0 : depth)));
  const text = words.filter((line) => line !== '').join('\n');
  const [[only], [place]] = [others, places];
  if (text === '' && files.length === 0 && others.length + places.length === 1) {
    return Content.fromPartial({ kind: only ? linkOf(...only) : place && placeKind(place) });
  }
  const lines = [...others.map((one) => lineOf(...one)), ...places.map(placeLine)];
  const whole = [text, ...lines.filter((line) => !text.includes(line))].filter((line) => line !== '').join('\n');
  return Content.fromPartial({ kind: fileKind(files, whole) ?? textKind(whole) });
}

type Part = Pick<Forwarded, 'text' | 'attachments'> & Partial<Pick<Forwarded, 'geo' | 'fwd_messages'>>;

function* gathered(from: Part, depth: number): Iterable<{ readonly from: Part; readonly depth: number }> {
  yield { from, depth };
  if (depth < deepest) for (const inner of from.fwd_messages ?? []) yield* gathered(inner, depth + 1);
}

function read(attachment: Attachment): Attached {
  return readAs(attachedSchema, attachment[attachment.type] ?? {});
}

function textKind(plain: string): Kind {
  if (plain !== '') return { $case: 'text', value: { plain } };
  return { $case: 'unsupported', value: unsupported('VK', 'empty message') };
}

function fileKind(files: readonly File[], plain: string): Kind {
  const [only] = files;
  // Words have no place under a sticker: with them, and among other files, it is a picture.
  if (only?.isSticker && files.length === 1 && plain === '') return { $case: 'sticker', value: { media: only.media } };
  return filesKind(files, Text.create({ plain }));
}

type Geo = NonNullable<Forwarded['geo']>;

function placeKind({ coordinates, place }: Geo): Kind {
  return { $case: 'location', value: { ...coordinates, title: place?.title ?? '' } };
}

function placeLine({ coordinates: { latitude, longitude }, place }: Geo): string {
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}`;
  return [place?.title ?? '', map].filter((line) => line !== '').join(': ');
}
