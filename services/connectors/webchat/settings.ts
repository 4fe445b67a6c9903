import { siteOrigin } from '@trunkline/adapter-kit';
import { z } from 'zod';

/** What a company sets of its widget. Everything has a default: an empty object is a working widget. */
export const settings = z.object({
  title: z.string().max(80).default('Write to us').describe('Heading of the window.'),
  greeting: z.string().max(500).default('').describe('Shown before the first message; not a message itself.'),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'must be #rrggbb')
    .default('#2563eb')
    .describe('Colour of the button and of the visitor’s own messages.'),
  origins: z
    .array(siteOrigin)
    .max(50)
    .default([])
    .describe('Sites that may show the widget: https://shop.example. Empty: any site.'),
  resumeDays: z.number().int().min(1).max(180).default(90).describe('How long a visitor is known again, in days.'),
  maxFileMiB: z.number().int().min(1).max(50).default(20).describe('Largest attachment, in MiB.'),
});

/** Settings of a channel. */
export type Settings = z.output<typeof settings>;
