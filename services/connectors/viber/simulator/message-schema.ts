import { z } from 'zod';

const chars = (max: number) =>
  z.string().refine((text) => [...text].length <= max, { error: `is longer than ${max} characters` });
const link = z.url({ protocol: /^https?$/ }).max(2_000);
const color = z.string().regex(/^#[0-9a-fA-F]{6,8}$/);

const button = (rows: number) =>
  z.strictObject({
    Columns: z.number().int().min(1).max(6).optional(),
    Rows: z.number().int().min(1).max(rows).optional(),
    BgColor: color.optional(),
    Silent: z.boolean().optional(),
    BgMediaType: z.enum(['picture', 'gif']).optional(),
    BgMedia: link.optional(),
    BgLoop: z.boolean().optional(),
    ActionType: z.enum(['reply', 'open-url', 'location-picker', 'share-phone', 'none']).optional(),
    ActionBody: z.string().min(1),
    Image: link.optional(),
    Text: chars(250).optional(),
    TextVAlign: z.enum(['top', 'middle', 'bottom']).optional(),
    TextHAlign: z.enum(['left', 'center', 'right']).optional(),
    TextOpacity: z.number().min(0).max(100).optional(),
    TextSize: z.enum(['small', 'regular', 'large']).optional(),
    OpenURLType: z.enum(['internal', 'external']).optional(),
    OpenURLMediaType: z.enum(['not-media', 'video', 'gif', 'picture', 'audio']).optional(),
    TextShouldFit: z.boolean().optional(),
  });
export type ViberButton = z.infer<ReturnType<typeof button>>;

export const keyboard = z.strictObject({
  Type: z.literal('keyboard'),
  Buttons: z.array(button(2)).min(1).max(144),
  BgColor: color.optional(),
  DefaultHeight: z.boolean().optional(),
  CustomDefaultHeight: z.number().min(40).max(70).optional(),
  HeightScale: z.number().min(20).max(100).optional(),
  ButtonsGroupColumns: z.number().int().min(1).max(6).optional(),
  ButtonsGroupRows: z.number().int().min(1).max(2).optional(),
  InputFieldState: z.enum(['regular', 'minimized', 'hidden']).optional(),
});

const richMedia = z
  .strictObject({
    Type: z.literal('rich_media'),
    ButtonsGroupColumns: z.number().int().min(1).max(6).optional(),
    ButtonsGroupRows: z.number().int().min(1).max(7).optional(),
    BgColor: color.optional(),
    Buttons: z.array(button(7)).min(1),
  })
  .refine(
    ({ Buttons, ButtonsGroupColumns: columns = 6, ButtonsGroupRows: rows = 7 }) =>
      Buttons.reduce((cells, { Columns = columns, Rows = 1 }) => cells + Columns * Rows, 0) <= 6 * columns * rows,
    { error: 'has more than 6 groups of cells' },
  );

/** What each type has beside the envelope. */
export const contents = {
  text: { text: chars(7_000).min(1) },
  picture: { text: chars(768).optional(), media: link, thumbnail: link.optional() },
  video: {
    text: chars(768).optional(),
    media: link,
    size: z
      .number()
      .int()
      .positive()
      .max(26 * 1_024 * 1_024),
    duration: z.number().int().min(0).max(180).optional(),
    thumbnail: link.optional(),
  },
  file: {
    media: link,
    size: z
      .number()
      .int()
      .positive()
      .max(50 * 1_024 * 1_024),
    file_name: z
      .string()
      .min(1)
      .max(256)
      .regex(/\.(?!exe$|bat$|cmd$|com$|msi$|scr$|js$|vbs$|jar$|apk$)\w+$/i),
  },
  location: { location: z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }) },
  contact: {
    contact: z.strictObject({
      name: chars(28).min(1),
      phone_number: z.string().min(1).max(18),
      avatar: link.optional(),
    }),
  },
  sticker: { sticker_id: z.number().int().positive() },
  url: { media: link },
  rich_media: { rich_media: richMedia, alt_text: chars(7_000).optional() },
} as const;

export type MessageType = keyof typeof contents;

/** What stands around every message. */
export const envelope = {
  auth_token: z.string().optional(),
  receiver: z.string().optional(),
  broadcast_list: z.array(z.string()).max(300).optional(),
  type: z.string(),
  sender: z.strictObject({ name: chars(28).min(1), avatar: link.or(z.literal('')).optional() }),
  tracking_data: chars(4_000).optional(),
  min_api_version: z.number().int().min(1).max(10).optional(),
  keyboard: keyboard.optional(),
};
