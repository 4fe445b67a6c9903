import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Button, Capabilities, type Keyboard, KeyboardMode, LengthUnit, OutgoingMessage } from '@trunkline/contracts';
import { textContent } from '../../testing/build.ts';
import { adapt } from './adapt.ts';

const channel = (more: Partial<Capabilities> = {}) =>
  Capabilities.create({ textMax: 20, textUnit: LengthUnit.LENGTH_UNIT_UTF16, ...more });
const buttons = { rows: 2, columns: 2, total: 4, textMax: 10, payloadMaxBytes: 20 };
const withButtons = channel({ inlineButtons: buttons, buttonActions: ['callback', 'url'] });

function keyboard(rows: string[][], mode: KeyboardMode = KeyboardMode.KEYBOARD_MODE_INLINE): Keyboard {
  const button = (label: string) => {
    if (label.startsWith('http')) return Button.create({ text: 'Open', action: { $case: 'url', value: label } });
    return Button.create({ text: label, action: { $case: 'callback', value: `p:${label}` } });
  };
  return { mode, rows: rows.map((row) => ({ buttons: row.map(button) })), isOneTime: false, placeholder: '' };
}

function send(plain: string, shown: Keyboard, capabilities: Capabilities) {
  const content = { content: textContent(plain), reply: undefined, keyboard: shown, options: undefined };
  return adapt({ ...OutgoingMessage.create(), action: { $case: 'message', value: content } }, capabilities, () => '');
}

/** Each part's text with its buttons behind: `text [a|b/c]`. */
function short(parts: readonly OutgoingMessage[]): string[] {
  return parts.map(({ action }) => {
    const value = action?.$case === 'message' ? action.value : assert.fail();
    const kind = value.content?.kind;
    const text = kind?.$case === 'text' ? kind.value.plain : '';
    const rows = value.keyboard?.rows.map((row) => row.buttons.map((button) => button.text).join('|'));
    return rows === undefined ? text : `${text} [${rows.join('/')}]`;
  });
}

const cases: readonly {
  name: string;
  text?: string;
  keyboard: Keyboard;
  capabilities: Capabilities;
  parts: readonly string[];
  degraded?: readonly string[];
}[] = [
  {
    name: 'buttons that fit stand under the last part',
    text: 'one two three four five six',
    keyboard: keyboard([['Yes', 'No']]),
    capabilities: withButtons,
    parts: ['one two three four', 'five six [Yes|No]'],
  },
  {
    name: 'rows that are too wide are wrapped',
    text: '?',
    keyboard: keyboard([['a', 'b', 'c']]),
    capabilities: withButtons,
    parts: ['? [a|b/c]'],
  },
  {
    name: 'rows that are too many are packed closer',
    text: '?',
    keyboard: keyboard([['a'], ['b'], ['c']]),
    capabilities: withButtons,
    parts: ['? [a|b/c]'],
  },
  {
    name: 'too many buttons become numbered options',
    text: '?',
    keyboard: keyboard([['a', 'b'], ['c', 'd'], ['e']]),
    capabilities: withButtons,
    parts: ['?\n\n1. a\n2. b\n3. c', '4. d\n5. e'],
    degraded: ['D4'],
  },
  {
    name: 'one label that is too long makes all answers options, and leaves the link a button',
    text: '?',
    keyboard: keyboard([['Yes', 'Certainly not', 'https://a.example']]),
    capabilities: { ...withButtons, textMax: 99 },
    parts: ['?\n\n1. Yes\n2. Certainly not [Open]'],
    degraded: ['D4'],
  },
  {
    name: 'a link button where there are none becomes a line',
    text: '?',
    keyboard: keyboard([['https://a.example']]),
    capabilities: channel({ textMax: 99 }),
    parts: ['?\n\nOpen: https://a.example'],
    degraded: ['D2'],
  },
  {
    name: 'a reply keyboard where there are none becomes numbered options',
    keyboard: keyboard([['Yes'], ['No']], KeyboardMode.KEYBOARD_MODE_REPLY),
    capabilities: withButtons,
    parts: ['?\n\n1. Yes\n2. No'],
    degraded: ['D4'],
  },
  {
    name: 'taking a reply keyboard away where there are none shows nothing',
    keyboard: keyboard([], KeyboardMode.KEYBOARD_MODE_REMOVE),
    capabilities: withButtons,
    parts: ['?'],
  },
];

for (const { name, text = '?', keyboard: shown, capabilities, parts, degraded = [] } of cases) {
  test(name, () => {
    const adapted = send(text, shown, capabilities);
    assert.deepEqual(short(adapted.parts), parts);
    assert.deepEqual(adapted.degraded, degraded);
  });
}

test('numbered options carry the payloads that a press would have', () => {
  const { options } = send('?', keyboard([['Yes'], ['No']]), channel());
  assert.deepEqual(options, [
    { label: 'Yes', payload: 'p:Yes' },
    { label: 'No', payload: 'p:No' },
  ]);
});
