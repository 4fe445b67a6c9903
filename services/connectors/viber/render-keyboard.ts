import { ConnectorError, escapeHtml } from '@trunkline/adapter-kit';
import { type Button, ButtonStyle, type Keyboard, KeyboardMode } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

const columns = 6;
/** Words before a button's payload: its press comes back as a text, and this tells it from what a person writes. */
const pressPrefix = 'press:';

/** The payload of a pressed button; undefined for a text that somebody wrote. A silent text is a press of any other app's. */
export function pressedPayload(text: string, isSilent: boolean): string | undefined {
  if (text.startsWith(pressPrefix)) return text.slice(pressPrefix.length);
  return isSilent ? text : undefined;
}

/** Buttons instead of the person's keyboard, wherever they were to stand: until the next message, which takes them away. */
export function keyboardOf(keyboard: Keyboard | undefined): { readonly keyboard?: Json } {
  if (keyboard === undefined || keyboard.mode === KeyboardMode.KEYBOARD_MODE_REMOVE) return {};
  const buttons = keyboard.rows.flatMap((row) => rowOf(row.buttons));
  if (buttons.length === 0) return {};
  return { keyboard: { Type: 'keyboard', DefaultHeight: false, InputFieldState: 'regular', Buttons: buttons } };
}

/** Buttons side by side, as wide as there is room: six columns together. */
function rowOf(buttons: readonly Button[]): Json[] {
  return buttons.map((button, index) => {
    const isWider = index < columns % Math.max(1, buttons.length);
    const width = Math.max(1, Math.floor(columns / buttons.length) + (isWider ? 1 : 0));
    return { Columns: width, Rows: 1, ...buttonOf(button) };
  });
}

const colours: Partial<Record<ButtonStyle, string>> = {
  [ButtonStyle.BUTTON_STYLE_PRIMARY]: '#cfe0ff',
  [ButtonStyle.BUTTON_STYLE_POSITIVE]: '#cdefd2',
  [ButtonStyle.BUTTON_STYLE_NEGATIVE]: '#f7d0d0',
};

/** One button, without its size. Its label may hold markup, so what is none is escaped. */
export function buttonOf(button: Button): Json {
  const colour = colours[button.style];
  const look = {
    Text: escapeHtml(button.text),
    TextSize: 'regular',
    ...(colour === undefined ? {} : { BgColor: colour }),
  };
  return { ...actionOf(button), ...look };
}

/** What a press does. A press that only we hear of shows nothing in the conversation. */
function actionOf({ text, action }: Button): Json {
  if (action === undefined) return { ActionType: 'reply', ActionBody: text };
  switch (action.$case) {
    case 'callback':
      return { ActionType: 'reply', ActionBody: `${pressPrefix}${action.value || text}`, Silent: true };
    case 'reply':
      return { ActionType: 'reply', ActionBody: text };
    case 'url':
    case 'appUrl':
      return { ActionType: 'open-url', ActionBody: action.value };
    case 'requestPhone':
      return { ActionType: 'share-phone', ActionBody: 'phone' };
    case 'requestLocation':
      return { ActionType: 'location-picker', ActionBody: 'location' };
    default:
      throw new ConnectorError('content_invalid', `Viber has no button that does this: ${action.$case}`);
  }
}
