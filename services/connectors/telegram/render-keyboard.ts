import { ConnectorError } from '@trunkline/adapter-kit';
import { type Button, type Keyboard, KeyboardMode } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

const payloadMaxBytes = 64;

/**
 * Buttons under a message or instead of the person's keyboard: where the order says, unless only the other place has all of
 * its buttons. Throws ConnectorError 'content_invalid' where neither has.
 */
export function keyboardParams(keyboard: Keyboard | undefined): { reply_markup?: Json } {
  if (keyboard === undefined) return {};
  const { mode, placeholder, isOneTime } = keyboard;
  if (mode === KeyboardMode.KEYBOARD_MODE_REMOVE) return { reply_markup: { remove_keyboard: true } };
  const isQuick = mode === KeyboardMode.KEYBOARD_MODE_QUICK;
  const isReplyWanted = isQuick || mode === KeyboardMode.KEYBOARD_MODE_REPLY;
  const reply = rowsOf(keyboard, replyButton);
  const inline = isReplyWanted && reply !== undefined ? undefined : rowsOf(keyboard, inlineButton);
  if (inline !== undefined) return { reply_markup: { inline_keyboard: inline } };
  if (reply === undefined) {
    throw new ConnectorError('content_invalid', 'Telegram has no keyboard that holds all of these buttons together');
  }
  const hint = placeholder === '' ? {} : { input_field_placeholder: placeholder };
  const ways = { resize_keyboard: true, one_time_keyboard: isOneTime || isQuick, ...hint };
  return { reply_markup: { keyboard: reply, ...ways } };
}

/** All rows in one form; undefined when a button has none in it. */
function rowsOf({ rows }: Keyboard, form: (button: Button) => Json | undefined): Json[][] | undefined {
  const written = rows.map(({ buttons }) => buttons.map((button) => ({ text: button.text, act: form(button) })));
  const isWhole = written.flat().every(({ act }) => act !== undefined);
  return isWhole ? written.map((row) => row.map(({ text, act }) => ({ text, ...act }))) : undefined;
}

/** What a button under a message does. */
function inlineButton({ text, action }: Button): Json | undefined {
  switch (action?.$case) {
    case 'callback':
    case 'reply':
      return { callback_data: payload(action.value || text) };
    case 'url':
      return { url: action.value };
    case 'copy':
      return { copy_text: { text: action.value } };
    case 'appUrl':
      return { web_app: { url: action.value } };
    default:
      return undefined;
  }
}

/** What a button of the keyboard does: a press of one arrives as the text on it, so a payload has no place. */
function replyButton({ action }: Button): Json | undefined {
  switch (action?.$case) {
    case 'callback':
    case 'reply':
      return {};
    case 'requestPhone':
      return { request_contact: true };
    case 'requestLocation':
      return { request_location: true };
    case 'appUrl':
      return { web_app: { url: action.value } };
    default:
      return undefined;
  }
}

function payload(value: string): string {
  if (Buffer.byteLength(value) <= payloadMaxBytes) return value;
  throw new ConnectorError('content_invalid', `Telegram takes at most ${payloadMaxBytes} bytes of a button's payload`);
}
