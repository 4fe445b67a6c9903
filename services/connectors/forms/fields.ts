import { type CountryCode, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import type { FormKind, Settings } from './settings.ts';
import type { Texts } from './texts.ts';

/** One field of a form, as a visitor sees it and as what they wrote is checked. */
export interface Field {
  /** Of its value, for the portal too. */
  readonly name: string;
  readonly label: string;
  readonly kind: 'phone' | 'email' | 'line' | 'text' | 'choice' | 'check';
  readonly isRequired: boolean;
  /** Longest value, in UTF-16 units. */
  readonly max: number;
  /** What can be chosen: the value, and how it reads. */
  readonly options: readonly (readonly [value: string, label: string])[];
  /** The first option is chosen until the visitor chooses another. */
  readonly hasDefault?: true;
  /** Asked only of whoever wants this; absent: of everybody. */
  readonly only?: FormKind;
  /** What a browser may fill in by itself. */
  readonly autocomplete?: string;
  readonly placeholder?: string;
  /** Page that says more. */
  readonly url?: string;
}

/** All fields of a channel's form, in their order: the phone is always there and always required. Pure. */
export function fieldsOf(settings: Settings, texts: Texts): readonly Field[] {
  const { name, email, message, kinds, fields, consent, consentUrl } = settings;
  const presence = (is: Settings['name']) => ({ isRequired: is === 'required', options: [] });
  const isOffered = (kind: FormKind) => kinds.includes(kind);
  const own: (Field | false)[] = [
    name !== 'off' && {
      ...presence(name),
      name: 'name',
      label: texts.name,
      kind: 'line',
      max: 200,
      autocomplete: 'name',
    },
    phone(settings, texts),
    email !== 'off' && {
      ...presence(email),
      name: 'email',
      label: texts.email,
      kind: 'email',
      max: 254,
      autocomplete: 'email',
    },
    isOffered('callback') && callTime(settings, texts),
    ...fields.map((field) => customField(field)),
    isOffered('feedback') &&
      message !== 'off' && {
        ...presence(message),
        name: 'message',
        label: texts.message,
        kind: 'text',
        max: 4_000,
        only: 'feedback',
      },
    consent !== '' && {
      ...{ name: 'consent', label: consent, kind: 'check', isRequired: true, max: 3, options: [] },
      ...(consentUrl !== '' && { url: consentUrl }),
    },
  ];
  return own.filter((field) => field !== false);
}

function phone({ country }: Settings, texts: Texts): Field {
  const example =
    country === '' ? undefined : getExampleNumber(country as CountryCode, examples)?.formatInternational();
  return {
    ...{
      name: 'phone',
      label: texts.phone,
      kind: 'phone',
      isRequired: true,
      max: 40,
      options: [],
      autocomplete: 'tel',
    },
    placeholder: example ?? '+',
  };
}

function callTime({ callTimes }: Settings, texts: Texts): Field {
  const options =
    callTimes.length > 0 ? callTimes.map((time) => [time, time] as const) : Object.entries(texts.callTimes);
  const asked = { name: 'call_at', label: texts.call_at, kind: 'choice', max: 60 } as const;
  return { ...asked, isRequired: false, hasDefault: true, options, only: 'callback' };
}

function customField({ name, label, kind, options, isRequired }: Settings['fields'][number]): Field {
  const max = { line: 300, text: 2_000, choice: 80, check: 3 }[kind];
  return { name, label, kind, isRequired, max, options: options.map((option) => [option, option] as const) };
}
