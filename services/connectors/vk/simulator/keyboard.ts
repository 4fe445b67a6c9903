import { z } from 'zod';
import { VkError } from './types.ts';

const payload = z.string().max(255).refine(isJson, { error: 'is no JSON' });
const label = z.string().min(1).max(40);
const action = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), label, payload: payload.optional() }),
  z.strictObject({ type: z.literal('callback'), label, payload: payload.optional() }),
  z.strictObject({
    type: z.literal('open_link'),
    label,
    link: z.url({ protocol: /^https?$/ }),
    payload: payload.optional(),
  }),
  z.strictObject({ type: z.literal('location'), payload: payload.optional() }),
  z.strictObject({ type: z.literal('vkpay'), hash: z.string(), payload: payload.optional() }),
  z.strictObject({
    type: z.literal('open_app'),
    app_id: z.number(),
    owner_id: z.number().optional(),
    label,
    hash: z.string().optional(),
    payload: payload.optional(),
  }),
]);
const button = z
  .strictObject({ action, color: z.enum(['primary', 'secondary', 'negative', 'positive']).optional() })
  .refine(({ action: { type }, color }) => color === undefined || type === 'text' || type === 'callback', {
    error: 'may have no color',
  });
export type VkButton = z.infer<typeof button>;

const inlined = { rows: 6, all: 10 };
const ordinary = { rows: 10, all: 40 };
const keyboard = z
  .strictObject({
    one_time: z.boolean().optional(),
    inline: z.boolean().optional(),
    buttons: z.array(z.array(button).min(1).max(5)),
  })
  .refine(({ inline, one_time: once }) => inline !== true || once !== true, {
    error: 'inline keyboards are not one_time',
  })
  .refine(
    ({ inline, buttons }) => {
      const { rows, all } = inline === true ? inlined : ordinary;
      return buttons.length <= rows && buttons.flat().length <= all;
    },
    { error: 'has too many buttons' },
  );
export type VkKeyboard = z.infer<typeof keyboard>;

const cards = z.strictObject({
  type: z.literal('carousel'),
  elements: z
    .array(
      z.strictObject({
        title: z.string().max(80).optional(),
        description: z.string().max(80).optional(),
        photo_id: z.string().optional(),
        buttons: z.array(button).max(3).optional(),
        action: z.strictObject({ type: z.enum(['open_link', 'open_photo']), link: z.string().optional() }).optional(),
      }),
    )
    .min(1)
    .max(10),
});
export type VkCards = z.infer<typeof cards>;

/** Reads a keyboard as strictly as the platform. Throws VkError 911. */
export function readKeyboard(text: string): VkKeyboard {
  return read(keyboard, text);
}

/** Reads a carousel. Throws VkError 911. */
export function readCards(text: string): VkCards {
  return read(cards, text);
}

function read<Shape>(schema: z.ZodType<Shape>, text: string): Shape {
  if (!isJson(text)) throw new VkError(911, 'it is no JSON');
  const result = schema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new VkError(911, `${issue?.path.join('.')} ${issue?.message}`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
