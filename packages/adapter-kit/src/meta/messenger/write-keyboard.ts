import { type Button, type Keyboard, KeyboardMode } from '@trunkline/contracts';
import { ConnectorError } from '../../connector-error.ts';

type Json = Readonly<Record<string, unknown>>;

/** Buttons that stand under a text itself; more are offered beneath the conversation. */
const underText = 3;
const titleMax = 20;

/** What is pressed under a message: buttons of its own, or answers that go when one is pressed. */
export interface Pressable {
  readonly buttons?: readonly Json[];
  readonly quickReplies?: readonly Json[];
}

/** Buttons in the platform's form. Throws ConnectorError 'content_invalid' for what no message can hold together. Pure. */
export function writeKeyboard(keyboard: Keyboard | undefined): Pressable {
  const all = keyboard?.rows.flatMap((row) => row.buttons) ?? [];
  if (keyboard === undefined || all.length === 0) return {};
  switch (keyboard.mode) {
    case KeyboardMode.KEYBOARD_MODE_REMOVE:
      return {};
    case KeyboardMode.KEYBOARD_MODE_REPLY:
    case KeyboardMode.KEYBOARD_MODE_QUICK:
      return { quickReplies: all.map(quickReply) };
    default:
      return all.length > underText ? { quickReplies: all.map(quickReply) } : { buttons: all.map(writeButton) };
  }
}

/** A button of a message or a card. */
export function writeButton({ text, action }: Button): Json {
  const title = [...text].slice(0, titleMax).join('');
  if (action === undefined) return { type: 'postback', title, payload: text };
  switch (action.$case) {
    case 'callback':
    case 'reply':
      return { type: 'postback', title, payload: action.value || text };
    case 'url':
    case 'appUrl':
      return { type: 'web_url', title, url: action.value };
    case 'call':
      return { type: 'phone_number', title, payload: action.value };
    default:
      throw wrong(action.$case);
  }
}

function quickReply({ text: title, action }: Button): Json {
  switch (action?.$case) {
    case 'requestPhone':
      return { content_type: 'user_phone_number' };
    case 'requestEmail':
      return { content_type: 'user_email' };
    case undefined:
    case 'callback':
    case 'reply': {
      const payload = action?.value || title;
      return { content_type: 'text', title, payload: payload === title ? `${payload}${ownMark}` : payload };
    }
    default:
      throw wrong(action?.$case ?? 'nothing');
  }
}

/** The person's own number comes back as label and payload alike; an answer of ours that is a number must not look like it. */
const ownMark = '\u200b';

/** The payload of an answer without what {@link writeKeyboard} added to it. Pure. */
export function payloadOf(payload: string): string {
  return payload.endsWith(ownMark) ? payload.slice(0, -ownMark.length) : payload;
}

function wrong(action: string): ConnectorError {
  return new ConnectorError('content_invalid', `no button here does ${action}`);
}
