import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { Field } from './fields.ts';
import type { FormKind } from './settings.ts';
import type { Texts } from './texts.ts';

/** What was filled in, checked; or what is wrong, by field, in words for the visitor. */
export type Checked =
  | { readonly values: Readonly<Record<string, string>>; readonly country: string }
  | { readonly problems: Readonly<Record<string, string>> };

/** What a form is checked by. */
export interface Rules {
  readonly fields: readonly Field[];
  readonly kind: FormKind;
  readonly texts: Texts;
  /** Country of numbers that are written without one; empty: none. */
  readonly country: string;
}

/** What a tick is told as. */
const ticked = 'yes';

/** Checks what was written, field by field. What the form does not ask is left out. Pure. */
export function checkValues(written: Readonly<Record<string, string>>, rules: Rules): Checked {
  const values: Record<string, string> = {};
  const problems: Record<string, string> = {};
  for (const field of rules.fields) {
    if (field.only !== undefined && field.only !== rules.kind) continue;
    const value = cleaned(written[field.name] ?? '', field);
    const problem = value === '' ? absent(field, rules.texts) : problemOf(value, field, rules);
    if (problem !== '') problems[field.name] = problem;
    else if (value !== '') values[field.name] = value;
  }
  if (Object.keys(problems).length > 0) return { problems };
  const { number = '', country = '' } = readPhone(values.phone ?? '', rules.country) ?? {};
  return { values: { ...values, phone: number }, country };
}

/** A number as libphonenumber reads it; undefined where it reads none that can exist. */
function readPhone(text: string, country: string) {
  const read = parsePhoneNumberFromString(text, {
    ...(country !== '' && { defaultCountry: country as CountryCode }),
    extract: false,
  });
  return read?.isValid() ? read : undefined;
}

/** Without what nobody can see or type: control characters, and line breaks where there is one line. */
function cleaned(value: string, { kind }: Field): string {
  if (kind === 'check') return value.trim() === '' ? '' : ticked;
  const shown = value
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '');
  return (kind === 'text' ? shown : shown.replaceAll(/[\n\t]+/g, ' ')).trim();
}

function absent({ isRequired, name }: Field, texts: Texts): string {
  if (!isRequired) return '';
  return name === 'consent' ? texts.consent : texts.required;
}

function problemOf(value: string, { kind, max, options }: Field, { texts, country }: Rules): string {
  if (value.length > max) return texts.tooLong(max);
  switch (kind) {
    case 'phone':
      if (readPhone(value, country) !== undefined) return '';
      return country === '' && /^[\d(]/.test(value) ? texts.phoneWithoutCountry : texts.phoneWrong;
    case 'email':
      return z.email().safeParse(value).success ? '' : texts.emailWrong;
    case 'choice':
      return options.some(([option]) => option === value) ? '' : texts.notOffered;
    default:
      return '';
  }
}
