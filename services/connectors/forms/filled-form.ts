import { type Found, foundShape } from '@trunkline/adapter-kit';
import { utmOf } from '@trunkline/adapter-kit/page';
import { z } from 'zod';
import type { Refusal } from './errors.ts';
import { type FormKind, formKinds, ownNames } from './settings.ts';

/** Largest body of a form, in bytes: every field full, each letter of it as six characters. */
export const bodyMaxBytes = 256 * 1024;

const fieldsMax = 40;

/** A form as a page sends it. */
export interface FilledForm {
  readonly token: string;
  /** What is asked for; the channel's first kind where it is not said. */
  readonly kind: FormKind | undefined;
  readonly lang: string;
  /** As they were typed, by the names of their fields. */
  readonly written: Readonly<Record<string, string>>;
  /** Of the field that no person sees: anything in it was filled in by a program. */
  readonly trap: string;
  readonly found: Found;
  /** Of the visitor, as their browser keeps it; empty without a script. */
  readonly visitorId: string;
}

const ofScript = z.object({
  token: z.string().max(500).default(''),
  kind: z.enum(formKinds).optional().catch(undefined),
  lang: z.string().max(35).default(''),
  values: z
    .record(z.string().max(64), z.string())
    .refine((values) => Object.keys(values).length <= fieldsMax, `must be ${fieldsMax} at most`),
  website: z.string().max(500).default(''),
  visitorId: z.string().max(64).default(''),
  ...foundShape,
});

/** Reads what the script sends: JSON. What is none is refused in a sentence that quotes nothing of it. Pure. */
export function readScript(body: Uint8Array): FilledForm | Refusal {
  const read = ofScript.safeParse(jsonOf(body));
  if (!read.success) return malformed(read.error.issues[0]);
  const { token, kind, lang, values, website, visitorId, ...found } = read.data;
  return { token, kind, lang, written: values, trap: website, found, visitorId };
}

/** Reads what a browser sends of a form without a script. What is none is refused. Pure. */
export function readForm(body: Uint8Array): FilledForm | Refusal {
  const pairs = [...new URLSearchParams(Buffer.from(body).toString())];
  if (pairs.length > fieldsMax) return malformed({ path: ['form'], message: `must have ${fieldsMax} fields at most` });
  const all = new Map(pairs);
  const own = (name: string, max: number) => (all.get(name) ?? '').slice(0, max);
  const url = own('page', 2_000);
  const isAbsolute = /^https?:/i.test(url) && URL.canParse(url);
  const { search } = URL.canParse(url, 'http://form') ? new URL(url, 'http://form') : { search: '' };
  return {
    token: own('token', 500),
    kind: formKinds.find((kind) => kind === all.get('kind')),
    lang: own('lang', 35),
    written: Object.fromEntries(all),
    trap: own('website', 500),
    found: {
      page: { url: isAbsolute ? url : '', title: '', referrer: '' },
      utm: utmOf(search),
      ...{ yandexClientId: '', roistatVisitId: '', calltouchSessionId: '' },
    },
    visitorId: '',
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

function malformed(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): Refusal {
  // The names of fields are the caller's: only those of the form itself are told.
  const [first] = issue?.path ?? [];
  const where = ownNames.includes(String(first)) || first === 'values' || first === 'form' ? String(first) : 'body';
  return { code: 'invalid_argument', message: `${where}: ${issue?.message ?? 'must be JSON'}` };
}
