import { ConnectorError } from '@trunkline/adapter-kit';
import { type Button, type Card, type Keyboard, KeyboardMode, type Media } from '@trunkline/contracts';

type Json = Readonly<Record<string, unknown>>;

const heroType = 'application/vnd.microsoft.card.hero';

/** Gives the public address of a file of ours. */
export type FileUrl = (media: Media) => string;

/**
 * Buttons: answers beneath the conversation where they are to vanish after one press, else a card without words. A press
 * that only we hear of comes back as the value of a message.
 */
export function buttonsOf(keyboard: Keyboard | undefined, user: string | undefined): Json {
  const buttons = keyboard?.rows.flatMap((row) => row.buttons) ?? [];
  if (keyboard === undefined || keyboard.mode === KeyboardMode.KEYBOARD_MODE_REMOVE || buttons.length === 0) return {};
  const isQuick =
    keyboard.mode === KeyboardMode.KEYBOARD_MODE_QUICK || keyboard.mode === KeyboardMode.KEYBOARD_MODE_REPLY;
  const areAnswers = buttons.every(({ action }) => action === undefined || action.$case === 'reply');
  if (!isQuick || !areAnswers) return { card: { contentType: heroType, content: { buttons: buttons.map(actionOf) } } };
  const to = user === undefined ? {} : { to: [user] };
  return { suggestedActions: { ...to, actions: buttons.map(actionOf) } };
}

function actionOf({ text: title, action }: Button): Json {
  switch (action?.$case) {
    case undefined:
    case 'reply':
      return { type: 'imBack', title, value: title };
    case 'callback':
      return { type: 'messageBack', title, text: '', displayText: title, value: action.value || title };
    case 'url':
      return { type: 'openUrl', title, value: action.value };
    default:
      throw new ConnectorError('content_invalid', `there is no button that does this: ${action?.$case}`);
  }
}

/** A card with a picture, words and buttons. */
export function cardOf({ title, subtitle, image, url, buttons }: Card, fileUrl: FileUrl): Json {
  const content = {
    ...{ title: title.toWellFormed(), text: subtitle.toWellFormed() },
    ...(image === undefined ? {} : { images: [{ url: fileUrl(image) }] }),
    ...(url === '' ? {} : { tap: { type: 'openUrl', title, value: url } }),
    ...(buttons.length === 0 ? {} : { buttons: buttons.map(actionOf) }),
  };
  return { contentType: heroType, content };
}
