import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Button,
  ButtonCapability,
  Capabilities,
  Content,
  type Keyboard,
  KeyboardMode,
  LengthUnit,
  OutgoingMessage,
} from '@trunkline/contracts';
import { textContent } from '../../testing/build.ts';
import { adapt } from './adapt.ts';

const channel = (more: Partial<Capabilities> = {}) =>
  Capabilities.create({ textMax: 20, textUnit: LengthUnit.LENGTH_UNIT_UTF16, ...more });
const buttons = ButtonCapability.create({ rows: 2, columns: 2, total: 4, textMax: 10, payloadMaxBytes: 20 });
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
    name: 'a button that must be the only one becomes a line beside others',
    text: '?',
    keyboard: keyboard([['Yes'], ['https://a.example']]),
    capabilities: { ...withButtons, textMax: 99, inlineButtons: { ...buttons, loneActions: ['url'] } },
    parts: ['?\n\nOpen: https://a.example [Yes]'],
    degraded: ['D2'],
  },
  {
    name: 'a button that must be the only one stands where it is',
    text: '?',
    keyboard: keyboard([['https://a.example']]),
    capabilities: { ...withButtons, inlineButtons: { ...buttons, loneActions: ['url'] } },
    parts: ['? [Open]'],
  },
  {
    name: 'a text that is too long for buttons goes before its end, which has them',
    text: 'one two three four five six',
    keyboard: keyboard([['Yes']]),
    capabilities: { ...withButtons, inlineButtons: { ...buttons, bodyMax: 8 } },
    parts: ['one two three four', 'five six [Yes]'],
  },
  {
    name: 'a text that is short enough for buttons stays whole',
    text: 'one two',
    keyboard: keyboard([['Yes']]),
    capabilities: { ...withButtons, inlineButtons: { ...buttons, bodyMax: 8 } },
    parts: ['one two [Yes]'],
  },
  {
    name: 'more buttons are shown where all of them are answers',
    keyboard: keyboard([
      ['A', 'B'],
      ['C', 'D'],
    ]),
    capabilities: { ...withButtons, inlineButtons: { ...buttons, total: 2, answersTotal: 4 } },
    parts: ['? [A|B/C|D]'],
  },
  {
    name: 'with one that is no answer they are too many',
    keyboard: keyboard([['A', 'B'], ['https://a.example']]),
    capabilities: { ...withButtons, textMax: 99, inlineButtons: { ...buttons, total: 2, answersTotal: 4 } },
    parts: ['?\n\n1. A\n2. B\nOpen: https://a.example'],
    degraded: ['D4', 'D2'],
  },
  {
    name: 'a button that only other buttons of the channel can be becomes a line',
    text: '?',
    keyboard: keyboard([['Yes', 'https://a.example']]),
    capabilities: { ...withButtons, textMax: 99, inlineButtons: { ...buttons, actions: ['callback'] } },
    parts: ['?\n\nOpen: https://a.example [Yes]'],
    degraded: ['D2'],
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
    name: 'buttons that only the other place has all of stand there',
    keyboard: keyboard([['Yes', 'https://a.example']], KeyboardMode.KEYBOARD_MODE_REPLY),
    capabilities: { ...withButtons, replyButtons: { ...buttons, actions: ['callback'] } },
    parts: ['? [Yes|Open]'],
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

const picture = (caption: string): OutgoingMessage['action'] => {
  const content = Content.fromPartial({ kind: { $case: 'image', value: { caption: { plain: caption } } } });
  const shown = keyboard([['Yes']]);
  return { $case: 'message', value: { content, keyboard: shown, reply: undefined, options: undefined } };
};
test('buttons that stand in the other place say so', () => {
  const replyButtons = { ...buttons, actions: ['callback'] };
  const asked = keyboard([['https://a.example']], KeyboardMode.KEYBOARD_MODE_QUICK);
  const [part] = send('?', asked, { ...withButtons, replyButtons }).parts;
  assert.equal(part?.action?.$case === 'message' && part.action.value.keyboard?.mode, 1);
});

for (const [caption, words] of [
  ['hello', 'hello'],
  ['', '👇'],
] as const) {
  test(`a picture that says "${caption}" goes without buttons where they stand under texts alone, these follow`, () => {
    const inlineButtons = { ...buttons, isTextOnly: true };
    const capabilities = channel({ ...withButtons, captionMax: 10, content: { image: {} as never }, inlineButtons });
    const { parts } = adapt({ ...OutgoingMessage.create(), action: picture(caption) }, capabilities, () => '');
    const first = parts[0]?.action?.$case === 'message' ? parts[0].action.value : assert.fail();
    assert.deepEqual([first.content?.kind?.$case, first.keyboard], ['image', undefined]);
    assert.equal(short(parts)[1], `${words} [Yes]`);
    assert.equal(parts.length, 2);
  });
}

test('an album that has no room for buttons goes without them, and they follow', () => {
  const album = Content.fromPartial({
    kind: { $case: 'album', value: { items: [1, 2].map(() => ({ type: 1, media: {} })) } },
  });
  const value = { content: album, keyboard: keyboard([['Yes']]), reply: undefined, options: undefined };
  const content = { image: {} as never, album: { isWithoutButtons: true } as never };
  const capabilities = channel({ ...withButtons, albumMax: 10, content });
  const message = { ...OutgoingMessage.create(), action: { $case: 'message' as const, value } };
  assert.deepEqual(short(adapt(message, capabilities, () => '').parts), ['', '👇 [Yes]']);
});

test('numbered options carry the payloads that a press would have', () => {
  const { options } = send('?', keyboard([['Yes'], ['No']]), channel());
  assert.deepEqual(options, [
    { label: 'Yes', payload: 'p:Yes' },
    { label: 'No', payload: 'p:No' },
  ]);
});
