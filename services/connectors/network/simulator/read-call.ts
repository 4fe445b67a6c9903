import { z } from 'zod';
import { type Fields, limits, Refusal } from './types.ts';

const number = z.string().regex(/^[1-9]\d{0,19}$/);
const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const head = {
  network: z.literal(1),
  side: z.enum(['line', 'partner']),
  ...{ from: name, to: name, name: z.string().min(1).max(100) },
  address: z.url({ protocol: /^https?$/ }),
  at: z.int().min(1_000_000_000_000),
};
const placed = { ...head, id: z.string().regex(/^[A-Za-z0-9_-]{1,80}\.\d{1,3}$/), number };
const content = z.record(z.string(), z.unknown()).refine((kinds) => Object.keys(kinds).length === 1);

const call = z.discriminatedUnion('type', [
  z.strictObject({ ...head, type: z.literal('look') }),
  z.strictObject({
    ...{ ...head, type: z.literal('join'), tenant: z.string().regex(/^[0-9a-f]{32}$/) },
    start: z.string().max(64).optional(),
  }),
  z.strictObject({ ...head, type: z.literal('leave') }),
  z.strictObject({ ...head, type: z.literal('moved') }),
  z.strictObject({
    ...{ ...placed, type: z.literal('message'), content, replyTo: number.optional() },
    isAutomatic: z.boolean(),
  }),
  z.strictObject({ ...placed, type: z.literal('edit'), target: number, content }),
  z.strictObject({ ...placed, type: z.literal('delete'), targets: z.array(number).min(1) }),
  z.strictObject({ ...placed, type: z.literal('reaction'), target: number, reactions: z.array(z.string()) }),
  z.strictObject({ ...head, type: z.literal('read'), upTo: number }),
  z.strictObject({ ...head, type: z.literal('typing'), isOn: z.boolean() }),
]);

/** A call of the protocol. */
export type Call = z.output<typeof call>;

/** Reads a call strictly. Throws what is to be complained of: an installation never sends what is not in the form. */
export function readCall(body: Buffer): Call {
  const { success, data, error } = call.safeParse(JSON.parse(body.toString()));
  if (success) return data;
  throw new Error(`a call is not in the form: ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`);
}

/** Words and files of a content, for the eye. Throws Refusal for what is over a limit. */
export function shownOf(wire: Fields): Fields {
  const [[kind = '', value] = []] = Object.entries(wire);
  if (kind === 'text') {
    const { plain = '' } = value as { readonly plain?: string };
    if (plain.trim() === '') throw new Refusal('MESSAGE_EMPTY');
    if (plain.length > limits.text) throw new Refusal('MESSAGE_OVERSIZE');
    return { text: plain };
  }
  if (Buffer.byteLength(JSON.stringify(wire)) > limits.attachmentBytes) throw new Refusal('ATTACH_OVERSIZE');
  const { media, caption, latitude = 0, longitude = 0, cards = [] } = value as Shown;
  if (media !== undefined) {
    const kinds: Readonly<Record<string, string>> = {
      ...{ image: 'image', video: 'video', audio: 'audio', sticker: 'sticker' },
    };
    const words = caption?.plain === undefined ? {} : { text: caption.plain };
    return { media: { kind: kinds[kind] ?? 'file', url: media.url, name: media.name ?? '' }, ...words };
  }
  if (kind === 'location') return { place: { latitude, longitude } };
  if (kind === 'contactCards') return { card: { name: cards[0]?.name ?? '', phone: cards[0]?.phones?.[0] ?? '' } };
  return { text: `[${kind}]` };
}

/** Fields that some kinds have. */
interface Shown {
  readonly media?: { readonly url: string; readonly name?: string };
  readonly caption?: { readonly plain?: string };
  readonly latitude?: number;
  readonly longitude?: number;
  readonly cards?: readonly { readonly name?: string; readonly phones?: readonly string[] }[];
}
