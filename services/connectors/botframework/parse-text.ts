import { joinTexts } from '@trunkline/adapter-kit';
import { Mark, MarkType, Text } from '@trunkline/contracts';
import { nameIn } from './parse-place.ts';
import { type Activity, mentionSchema } from './types.ts';

/** Reading the markup of anything longer would cost more than it is worth; nor is anybody mentioned so often. */
const longest = 8_192;
const mostMentions = 100;

const markdown =
  /`([^`\n]+)`|\*\*(\S(?:[^\n]{0,500}?\S)?)\*\*|~~(\S(?:[^\n]{0,500}?\S)?)~~|(?<![\p{L}\p{N}_])_(\S(?:[^\n_]{0,500}?\S)?)_(?![\p{L}\p{N}_])|\[([^\]\n]{1,500})\]\((https?:\/\/[^)\s]{1,2000})\)/gu;

/** The text of an activity as people see it: without the mention of the bot, with the marks that it has. */
export function textOf(activity: Activity): Text {
  const { text = '', textFormat, channelId, recipient } = activity;
  const read = textFormat === 'markdown' && text.length <= longest ? ofMarkdown : plainText;
  const source = textFormat === 'xml' ? withoutTags(text, mentionsOf(activity)) : text;
  let parts: readonly Text[] = [];
  let from = 0;
  for (const { words, id, name, at } of placesOf(source, activity)) {
    if (at < from) continue;
    const isBot = id === recipient?.id;
    const shown = isBot ? plainText('') : mention(name, nameIn(channelId, id));
    parts = [...parts, read(source.slice(from, at)), shown];
    from = at + words.length;
  }
  const whole = [...parts, read(source.slice(from))].reduce(joinTexts, plainText(''));
  return trimmed(whole);
}

interface Place {
  readonly words: string;
  readonly id: string;
  readonly name: string;
  readonly at: number;
}

/** Where people are mentioned, in order. */
function placesOf(source: string, activity: Activity): Place[] {
  const places = mentionsOf(activity).flatMap(({ text: words, mentioned: { id, name } }) => {
    const at = source.indexOf(words);
    const shown = name ?? words.replaceAll(/<[^<>]*>/g, '');
    return at === -1 ? [] : [{ words, id, name: shown.toWellFormed(), at }];
  });
  return places.sort((one, other) => one.at - other.at);
}

function mentionsOf({ entities = [] }: Activity) {
  return entities.slice(0, mostMentions).flatMap((entity) => {
    const { success, data } = mentionSchema.safeParse(entity);
    return success && entity.type === 'mention' ? [data] : [];
  });
}

function mention(name: string, platformPartyId: string): Text {
  return marked(plainText(name), { type: MarkType.MARK_TYPE_MENTION, platformPartyId });
}

function plainText(plain: string): Text {
  return Text.create({ plain });
}

function marked({ plain, marks }: Text, mark: Partial<Mark>): Text {
  return { plain, marks: [Mark.create({ ...mark, offset: 0, length: plain.length }), ...marks] };
}

function ofMarkdown(source: string): Text {
  const parts: Text[] = [];
  let from = 0;
  for (const found of source.matchAll(markdown)) {
    const [whole, code, bold, struck, italic, label, href] = found;
    parts.push(plainText(source.slice(from, found.index)));
    if (code !== undefined) parts.push(marked(plainText(code), { type: MarkType.MARK_TYPE_CODE }));
    else if (bold !== undefined) parts.push(marked(ofMarkdown(bold), { type: MarkType.MARK_TYPE_BOLD }));
    else if (struck !== undefined) parts.push(marked(ofMarkdown(struck), { type: MarkType.MARK_TYPE_STRIKETHROUGH }));
    else if (italic !== undefined) parts.push(marked(ofMarkdown(italic), { type: MarkType.MARK_TYPE_ITALIC }));
    else parts.push(marked(plainText(label ?? ''), { type: MarkType.MARK_TYPE_LINK, href: href ?? '' }));
    from = found.index + whole.length;
  }
  return [...parts, plainText(source.slice(from))].reduce(joinTexts, plainText(''));
}

/** Tags of people stay: they are looked for afterwards. */
function withoutTags(source: string, mentions: readonly { readonly text: string }[]): string {
  const kept = new Set(mentions.flatMap(({ text }) => text.match(/<[^<>]*>/g) ?? []));
  const bare = source.replaceAll(/<[^<>]*>/g, (tag) => (kept.has(tag) ? tag : /^<br/i.test(tag) ? '\n' : ''));
  return bare.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/** What the mention of the bot left at the edges. */
function trimmed({ plain, marks }: Text): Text {
  const start = plain.length - plain.trimStart().length;
  const inside = plain.trim();
  const moved = marks.map((mark) => {
    const offset = Math.max(0, mark.offset - start);
    const length = Math.min(mark.offset + mark.length - start, inside.length) - offset;
    return Mark.create({ ...mark, offset, length: Math.max(0, length) });
  });
  return { plain: inside, marks: moved.filter(({ length }) => length > 0) };
}
