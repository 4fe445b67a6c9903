import { siteOrigin } from '@trunkline/adapter-kit';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';

/** What a visitor can ask for: to be answered, or to be called. */
export const formKinds = ['feedback', 'callback'] as const;

/** One of {@link formKinds}. */
export type FormKind = (typeof formKinds)[number];

/** Names that a form has of its own: no field of a company is called so. */
export const ownNames = ['token', 'kind', 'lang', 'website', 'page', 'phone', 'name', 'email', 'message'];

const text = (max: number) => z.string().trim().max(max);
const presence = z.enum(['off', 'optional', 'required']);

const customField = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/, 'must begin with a letter and have letters a–z, digits and _ alone')
    .refine((name) => ![...ownNames, 'call_at', 'consent'].includes(name), 'is a name that the form has already')
    .describe('How the portal gets it: order_number.'),
  label: text(80).min(1).describe('How the visitor reads it.'),
  kind: z
    .enum(['line', 'text', 'choice', 'check'])
    .default('line')
    .describe('A line, a text, one of several, yes or no.'),
  options: z.array(text(80).min(1)).max(20).default([]).describe('What can be chosen.'),
  isRequired: z.boolean().default(false),
});

/** What a company sets of its form. Everything has a default: an empty object is a working form. */
export const settings = z
  .object({
    title: text(80).default('').describe('Heading; empty: one in the language of the page.'),
    intro: text(300).default('').describe('A sentence under the heading.'),
    done: text(300).default('').describe('What is said when it was taken; empty: thanks in the language of the page.'),
    kinds: z
      .array(z.enum(formKinds))
      .min(1)
      .max(2)
      .default(['feedback', 'callback'])
      .describe('What can be asked for: an answer, a call. The first is chosen at once.'),
    country: z
      .string()
      .refine((code) => code === '' || isSupportedCountry(code), 'must be a code of ISO 3166: RU, DE; or empty')
      .default('')
      .describe('Country of numbers that are written without one: RU. Empty: numbers begin with +.'),
    name: presence.default('optional').describe('The field for the name.'),
    email: presence.default('off').describe('The field for the e-mail address.'),
    message: presence.default('required').describe('The field for the message; not asked of whoever wants a call.'),
    callTimes: z
      .array(text(60).min(1))
      .max(12)
      .default([])
      .describe('When a call can be asked for; empty: as soon as possible, in the morning, afternoon, evening.'),
    fields: z.array(customField).max(10).default([]).describe('Fields of the company.'),
    consent: text(300).default('').describe('What the visitor agrees to, by a tick; empty: nothing.'),
    consentUrl: z
      .union([z.literal(''), z.url({ protocol: /^https?$/ })])
      .default('')
      .describe('Page that says more of it.'),
    color: z
      .string()
      .regex(/^#[0-9a-f]{6}$/i, 'must be #rrggbb')
      .default('#2563eb')
      .describe('Colour of the button.'),
    theme: z.enum(['auto', 'light', 'dark']).default('auto').describe('Light, dark, or as the visitor’s system is.'),
    origins: z
      .array(siteOrigin)
      .max(50)
      .default([])
      .describe('Sites that may show the form: https://shop.example. Empty: any site.'),
    perMinute: z.number().int().min(1).max(600).default(60).describe('Most forms that are taken in a minute.'),
  })
  .superRefine(({ kinds, fields }, context) => {
    if (new Set(kinds).size < kinds.length)
      context.addIssue({ code: 'custom', path: ['kinds'], message: 'each is there once' });
    const problem = (at: number, message: string) =>
      context.addIssue({ code: 'custom', path: ['fields', at], message });
    for (const [at, { name, kind, options }] of fields.entries()) {
      if (fields.findIndex((other) => other.name === name) < at) problem(at, `${name} is there twice`);
      if (kind === 'choice' && options.length < 2) problem(at, 'a choice has two options at least');
    }
  });

/** Settings of a channel. */
export type Settings = z.output<typeof settings>;
