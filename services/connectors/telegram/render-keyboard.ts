import { ConnectorError } from '@trunkline/adapter-kit';
import { type Button, type Keyboard, KeyboardMode } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

const payloadMaxBytes = 64;

/** Buttons under a message or instead of the person's keyboard. Throws ConnectorError 'content_invalid'. */
export function keyboardParams(keyboard: Keyboard | undefined): Json {
  if (keyboard === undefined) return {};
  const { mode, placeholder } = keyboard;
  if (mode === KeyboardMode.KEYBOARD_MODE_REMOVE) return { reply_markup: { remove_keyboard: true } };
  const isReply = mode === KeyboardMode.KEYBOARD_MODE_REPLY || mode === KeyboardMode.KEYBOARD_MODE_QUICK;
  const rows = keyboard.rows.map(({ buttons }) => buttons.map(isReply ? replyButton : inlineButton));
  if (!isReply) return { reply_markup: { inline_keyboard: rows } };
  return {
    reply_markup: {
      keyboard: rows,
      resize_keyboard: true,
      one_time_keyboard: keyboard.isOneTime || mode === KeyboardMode.KEYBOARD_MODE_QUICK,
      ...(placeholder === '' ? {} : { input_field_placeholder: placeholder }),
    },
  };
}

function inlineButton({ text, action }: Button): Json {
  switch (action?.$case) {
    case 'callback':
      return { text, callback_data: payload(action.value) };
    case 'reply':
      return { text, callback_data: payload(action.value || text) };
    case 'url':
      return { text, url: action.value };
    case 'copy':
      return { text, copy_text: { text: action.value } };
    case 'appUrl':
      return { text, web_app: { url: action.value } };
    default:
      throw notHere('under a message', action?.$case);
  }
}

/** A press of one arrives as the text on it, so a payload has no place. */
function replyButton({ text, action }: Button): Json {
  switch (action?.$case) {
    case 'reply':
    case 'callback':
      return { text };
    case 'requestPhone':
      return { text, request_contact: true };
    case 'requestLocation':
      return { text, request_location: true };
    case 'appUrl':
      return { text, web_app: { url: action.value } };
    default:
      throw notHere('instead of the keyboard', action?.$case);
  }
}

function payload(value: string): string {
  if (Buffer.byteLength(value) <= payloadMaxBytes) return value;
  throw new ConnectorError('content_invalid', `Telegram takes at most ${payloadMaxBytes} bytes of a button's payload`);
}

function notHere(place: string, action = 'none'): ConnectorError {
  return new ConnectorError('content_invalid', `Telegram has no button with the action ${action} ${place}`);
}
