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
  const { mode, placeholder } = keyboard;
  if (mode === KeyboardMode.KEYBOARD_MODE_REMOVE) return { reply_markup: { remove_keyboard: true } };
  const isReplyWanted = mode === KeyboardMode.KEYBOARD_MODE_REPLY || mode === KeyboardMode.KEYBOARD_MODE_QUICK;
  const reply = rowsOf(keyboard, replyButton);
  const inline = isReplyWanted && reply !== undefined ? undefined : rowsOf(keyboard, inlineButton);
  if (inline !== undefined) return { reply_markup: { inline_keyboard: inline } };
  if (reply === undefined) {
    throw new ConnectorError('content_invalid', 'Telegram has no keyboard that holds all of these buttons together');
  }
  const one_time_keyboard = keyboard.isOneTime || mode === KeyboardMode.KEYBOARD_MODE_QUICK;
  const hint = placeholder === '' ? {} : { input_field_placeholder: placeholder };
  return { reply_markup: { keyboard: reply, resize_keyboard: true, one_time_keyboard, ...hint } };
}

/** All rows in one form; undefined when a button has none in it. */
function rowsOf({ rows }: Keyboard, form: (button: Button) => Json | undefined): Json[][] | undefined {
  const written = rows.map(({ buttons }) => buttons.map(form).filter((made) => made !== undefined));
  const isWhole = written.every((row, index) => row.length === rows[index]?.buttons.length);
  return isWhole ? written : undefined;
}

function inlineButton({ text, action }: Button): Json | undefined {
  switch (action?.$case) {
    case 'callback':
    case 'reply':
      return { text, callback_data: payload(action.value || text) };
    case 'url':
      return { text, url: action.value };
    case 'copy':
      return { text, copy_text: { text: action.value } };
    case 'appUrl':
      return { text, web_app: { url: action.value } };
    default:
      return undefined;
  }
}

/** A press of one arrives as the text on it, so a payload has no place. */
function replyButton({ text, action }: Button): Json | undefined {
  switch (action?.$case) {
    case 'callback':
    case 'reply':
      return { text };
    case 'requestPhone':
      return { text, request_contact: true };
    case 'requestLocation':
      return { text, request_location: true };
    case 'appUrl':
      return { text, web_app: { url: action.value } };
    default:
      return undefined;
  }
}

function payload(value: string): string {
  if (Buffer.byteLength(value) <= payloadMaxBytes) return value;
  throw new ConnectorError('content_invalid', `Telegram takes at most ${payloadMaxBytes} bytes of a button's payload`);
}
