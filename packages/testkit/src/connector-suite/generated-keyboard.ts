import type { ButtonCapability, Capabilities } from '@trunkline/contracts';
import fc from 'fast-check';

/** Where there is no limit. */
const many = 12;
const answers = ['callback', 'reply'];

/** Keyboards that dispatch lets through: each place that the channel has, each action of it, to the last button and letter. */
export function keyboardWithin(capabilities: Capabilities): fc.Arbitrary<object | undefined> {
  const { inlineButtons, replyButtons } = capabilities;
  const quickButtons = replyButtons ?? inlineButtons;
  const keyboards = [
    ...(inlineButtons === undefined ? [] : [inMode('KEYBOARD_MODE_INLINE', inlineButtons, capabilities)]),
    ...(quickButtons === undefined ? [] : [inMode('KEYBOARD_MODE_QUICK', quickButtons, capabilities)]),
    ...(replyButtons === undefined ? [] : [inMode('KEYBOARD_MODE_REPLY', replyButtons, capabilities)]),
    ...(replyButtons === undefined ? [] : [fc.constant({ mode: 'KEYBOARD_MODE_REMOVE' })]),
  ];
  return keyboards.length === 0 ? fc.constant(undefined) : fc.option(fc.oneof(...keyboards), { nil: undefined });
}

/** The same for a message that is changed: what stands beneath it alone. */
export function inlineWithin(capabilities: Capabilities): fc.Arbitrary<object | undefined> {
  return keyboardWithin({ ...capabilities, replyButtons: undefined });
}

/** Buttons of a card: what could stand under a message, beside others. */
export function cardButtons(most: number, { inlineButtons, buttonActions }: Capabilities): fc.Arbitrary<object[]> {
  if (inlineButtons === undefined) return fc.constant([]);
  return fc.array(buttonOf(ownActions(inlineButtons, buttonActions), inlineButtons), { maxLength: most, size: 'max' });
}

function ownActions({ actions }: ButtonCapability, all: readonly string[]): string[] {
  return all.filter((action) => actions.length === 0 || actions.includes(action));
}

function inMode(mode: string, limit: ButtonCapability, { buttonActions }: Capabilities): fc.Arbitrary<object> {
  const own = ownActions(limit, buttonActions);
  const asked = own.filter((action) => answers.includes(action));
  const shared = own.filter((action) => !limit.loneActions.includes(action));
  const lone = own.map((action) => rowsOf([action], limit, 1));
  const mixed = shared.length === 0 ? [] : [rowsOf(shared, limit, limit.total || many)];
  const answered = asked.length === 0 ? [] : [rowsOf(asked, limit, limit.answersTotal || limit.total || many)];
  return fc.record({
    mode: fc.constant(mode),
    rows: fc.oneof(...lone, ...mixed, ...answered),
    isOneTime: fc.boolean(),
    placeholder: fc.constantFrom('', 'Choose'),
  });
}

/** Up to `most` buttons in as many rows as the limit has. */
function rowsOf(actions: readonly string[], limit: ButtonCapability, most: number): fc.Arbitrary<object[]> {
  const columns = limit.columns || many;
  const total = Math.min(most, columns * (limit.rows || many));
  const buttons = fc.array(buttonOf(actions, limit), { minLength: 1, maxLength: total, size: 'max' });
  // Rows as narrow as there is room for them.
  return fc.tuple(buttons, fc.integer({ min: 1, max: columns })).map(([list, wanted]) => {
    const width = Math.max(wanted, Math.ceil(list.length / (limit.rows || many)));
    return Array.from({ length: Math.ceil(list.length / width) }, (_, row) => ({
      buttons: list.slice(row * width, (row + 1) * width),
    }));
  });
}

function buttonOf(actions: readonly string[], { textMax, payloadMaxBytes }: ButtonCapability): fc.Arbitrary<object> {
  const longest = textMax || 200;
  const bytes = payloadMaxBytes || 200;
  const payload = fc.constantFrom('p', 'я'.repeat(Math.max(1, Math.floor(bytes / 2))), 'x'.repeat(bytes));
  const labels = ['Да', '😀'.repeat(Math.max(1, Math.floor(longest / 2))), '<b>', 'x'.repeat(longest)];
  return fc.constantFrom(...actions).chain((action) =>
    fc.record({
      text: fc.constantFrom(
        ...labels.filter((label) => !answers.includes(action) || Buffer.byteLength(label) <= bytes),
      ),
      [action]: actionOf(action, payload),
    }),
  );
}

/** Words that a person may be answered with have limits; all else is what it is. */
function actionOf(action: string, payload: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  switch (action) {
    case 'callback':
      return payload;
    case 'reply':
      return fc.oneof(fc.constant(''), payload);
    case 'url':
    case 'appUrl':
      return fc.constantFrom('https://a.example/?q=1&b=я', `https://a.example/${'x'.repeat(200)}`);
    case 'call':
      return fc.constant('+79990001122');
    case 'copy':
      return fc.constant('SALE-2026');
    default:
      return fc.constant(true);
  }
}
