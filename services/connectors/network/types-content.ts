import { wire } from '@trunkline/adapter-kit';
import { AlbumItemType, MarkType } from '@trunkline/contracts';
import { z } from 'zod';

// What a message carries, in the JSON of the portal protocol, without anything that is the writer's own.

const { text, optionalCount: hint, optionalSize } = wire;
/** What a person may open by a click. */
const openable = /^(?:https?|mailto|tel):/i;
const webUrl = z.url({ protocol: /^https?$/ }).max(4_000);
const words = z.object({
  // Words that say nothing beside a file are no reason to lose it.
  plain: text.default(''),
  marks: z
    .array(
      z.object({
        type: z.enum(Object.keys(MarkType) as [string, ...string[]]),
        offset: z.int().min(0).max(0xffff_ffff).default(0),
        length: z.int().min(0).max(0xffff_ffff).default(0),
        ...{ href: text.optional(), language: text.optional() },
      }),
    )
    // A mark that leads where nobody should go costs nobody the text.
    .transform((marks) => marks.filter(({ href }) => href === undefined || openable.test(href)))
    .optional(),
});
const file = z.object({
  url: webUrl,
  ...{ mimeType: text.optional(), name: text.optional(), sizeBytes: optionalSize },
  ...{ width: hint, height: hint, durationSeconds: hint },
});
const attachment = z.object({ media: file, caption: words.optional() });
const degrees = (max: number) => z.number().min(-max).max(max).default(0);

/** Kinds of content, each by its schema. */
export const contentKinds = {
  text: words,
  ...{ image: attachment, video: attachment, audio: attachment, voice: attachment, file: attachment },
  ...{ animation: attachment, videoNote: attachment },
  sticker: z.object({ media: file, emoji: text.optional() }),
  album: z.object({
    items: z
      .array(
        z.object({
          type: z.enum(Object.keys(AlbumItemType) as [string, ...string[]]),
          media: file,
          caption: words.optional(),
        }),
      )
      .min(1)
      .max(100),
    caption: words.optional(),
  }),
  location: z.object({
    ...{ latitude: degrees(90), longitude: degrees(180), title: text.optional(), address: text.optional() },
  }),
  contactCards: z.object({
    cards: z
      .array(
        z.object({
          ...{ name: text.optional(), vcard: text.optional() },
          ...{ phones: z.array(text).optional(), emails: z.array(text).optional() },
        }),
      )
      .min(1)
      .max(100),
  }),
  link: z.object({ url: webUrl, title: text.optional(), description: text.optional(), image: file.optional() }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

/** Kind by name; exactly one. Whether it is known is asked when it is read. */
export const contentSchema = z
  .record(z.string().regex(/^\w{1,64}$/), z.unknown())
  .refine((content) => Object.keys(content).length === 1, 'has exactly one kind');

/** A content as it travels. */
export type WireContent = Readonly<Record<string, unknown>>;
