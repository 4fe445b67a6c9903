import { ConnectorError } from '@trunkline/adapter-kit';
import { type Button, type Keyboard, KeyboardMode } from '@trunkline/contracts';
import { payloadJson } from './render-words.ts';

type Json = Readonly<Record<string, unknown>>;

const payloadMaxBytes = 255;

/** Buttons under a message or instead of the person's keyboard, as VK's JSON. Throws ConnectorError 'content_invalid'. */
export function keyboardJson(keyboard: Keyboard | undefined): string | undefined {
  if (keyboard === undefined) return undefined;
  const { mode, isOneTime, rows } = keyboard;
  if (mode === KeyboardMode.KEYBOARD_MODE_REMOVE) return JSON.stringify({ one_time: true, buttons: [] });
  const isQuick = mode === KeyboardMode.KEYBOARD_MODE_QUICK;
  const isReply = isQuick || mode === KeyboardMode.KEYBOARD_MODE_REPLY;
  const buttons = rows.map((row) => row.buttons.map(buttonOf));
  // A keyboard under a message cannot vanish.
  const place = isReply ? { one_time: isQuick || isOneTime, inline: false } : { inline: true };
  return JSON.stringify({ ...place, buttons });
}

/** By the number of the style. */
const colours = ['secondary', 'primary', 'secondary', 'positive', 'negative'];

/** Only buttons that answer have colours. */
function buttonOf({ text: label, action, style }: Button): Json {
  const color = colours[style] ?? 'secondary';
  if (action === undefined) return { action: { type: 'text', label }, color };
  switch (action.$case) {
    case 'callback':
      return { action: { type: 'callback', label, payload: payload(action.value || label) }, color };
    case 'reply':
      return { action: { type: 'text', label, ...(action.value && { payload: payload(action.value) }) }, color };
    case 'url':
    case 'appUrl':
      return { action: { type: 'open_link', link: action.value, label } };
    case 'requestLocation':
      return { action: { type: 'location', payload: payload(label) } };
    default:
      throw new ConnectorError('content_invalid', `VK has no button that does this: ${action.$case}`);
  }
}

function payload(value: string): string {
  const json = payloadJson(value);
  if (Buffer.byteLength(json) <= payloadMaxBytes) return json;
  throw new ConnectorError('content_invalid', `VK takes at most ${payloadMaxBytes} bytes of a button's payload`);
}
