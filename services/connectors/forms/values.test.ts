import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fieldsOf } from './fields.ts';
import { settings as schema } from './settings.ts';
import { textsOf } from './texts.ts';
import { checkValues } from './values.ts';

const texts = textsOf('en');
const rulesOf = (set: object) => {
  const settings = schema.parse(set);
  return { fields: fieldsOf(settings, texts), kind: settings.kinds[0] ?? 'feedback', texts, country: settings.country };
};

const phones: readonly [country: string, typed: string, read: string][] = [
  ['RU', '8 (912) 345-67-89', '+79123456789'],
  ['RU', '9123456789', '+79123456789'],
  ['RU', '+49 1512 3456789', '+4915123456789'],
  ['DE', '0151 23456789', '+4915123456789'],
  ['', '+7 912 345 67 89', '+79123456789'],
  ['', '  +7-912-345-67-89 ', '+79123456789'],
  ['RU', '٨٩١٢٣٤٥٦٧٨٩', '+79123456789'],
];
for (const [country, typed, read] of phones) {
  test(`in ${country || 'no country'} the number "${typed}" is ${read}`, () => {
    const checked = checkValues({ phone: typed, message: 'hi' }, rulesOf({ country }));
    assert.deepEqual('values' in checked && checked.values, { phone: read, message: 'hi' });
  });
}

const wrong: readonly [country: string, typed: string, sentence: string][] = [
  ['RU', '', texts.required],
  ['RU', '112', texts.phoneWrong],
  ['RU', 'call me', texts.phoneWrong],
  ['RU', '+7 912 345 67', texts.phoneWrong],
  ['RU', 'my number is +79123456789', texts.phoneWrong],
  ['', '8 912 345-67-89', texts.phoneWithoutCountry],
  ['RU', '+'.repeat(41), texts.tooLong(40)],
];
for (const [country, typed, sentence] of wrong) {
  test(`in ${country || 'no country'} the number "${typed}" is none: ${sentence}`, () => {
    const checked = checkValues({ phone: typed, message: 'hi' }, rulesOf({ country }));
    assert.deepEqual('problems' in checked && checked.problems, { phone: sentence });
  });
}

test('whatever is typed is told in words or kept within the lengths, without what nobody sees', () => {
  const fields = [
    { name: 'size', label: 'Size', kind: 'choice', options: ['S', 'M'] },
    { name: 'order', label: 'Order' },
  ];
  const rules = rulesOf({ country: 'RU', email: 'optional', fields, consent: 'I agree' });
  const names = fc.constantFrom(
    'phone',
    'name',
    'email',
    'message',
    'size',
    'order',
    'consent',
    '__proto__',
    'constructor',
  );
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 5_000 }),
    fc.constantFrom('89123456789', 'a@b.example', 'S', 'yes'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(names, typed)), (pairs) => {
      const checked = checkValues(
        Object.fromEntries([['phone', '89123456789'], ['message', 'hi'], ['consent', 'yes'], ...pairs]),
        rules,
      );
      if ('problems' in checked)
        return assert.ok(Object.values(checked.problems).every((sentence) => sentence.endsWith('.')));
      for (const [name, value] of Object.entries(checked.values)) {
        const field = rules.fields.find((one) => one.name === name);
        assert.ok(field && value.length <= field.max && value.isWellFormed() && value === value.trim());
        assert.doesNotMatch(value, field.kind === 'text' ? /[^\P{Cc}\n\t]/u : /\p{Cc}/u);
      }
      assert.equal(checked.values.phone, '+79123456789');
    }),
  );
});

test('what is asked of whoever wants a call is not asked of whoever writes, and what the form has not is left out', () => {
  const rules = rulesOf({ country: 'RU' });
  const typed = { phone: '89123456789', message: 'hi', call_at: 'morning', role: 'admin' };
  const written = checkValues(typed, rules);
  assert.deepEqual('values' in written && written.values, { phone: '+79123456789', message: 'hi' });
  const called = checkValues(typed, { ...rules, kind: 'callback' });
  assert.deepEqual('values' in called && called.values, { phone: '+79123456789', call_at: 'morning' });
});

test('settings that make no form are refused in words', () => {
  const refused = (set: object) => schema.safeParse(set).error?.issues.map(({ message }) => message);
  assert.deepEqual(refused({ fields: [{ name: 'phone', label: 'x' }] }), ['is a name that the form has already']);
  assert.deepEqual(refused({ fields: [{ name: 'a', label: 'x', kind: 'choice' }] }), [
    'a choice has two options at least',
  ]);
  assert.deepEqual(
    refused({
      fields: [
        { name: 'a', label: 'x' },
        { name: 'a', label: 'y' },
      ],
    }),
    ['a is there twice'],
  );
  assert.deepEqual(refused({ kinds: ['callback', 'callback'] }), ['each is there once']);
  assert.deepEqual(refused({ country: 'Russia' }), ['must be a code of ISO 3166: RU, DE; or empty']);
  assert.deepEqual(refused({ consentUrl: 'javascript:alert(1)' })?.length, 1);
});
