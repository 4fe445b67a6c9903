import { badRequest } from './api-failure.ts';
import type { Room } from './bot.ts';
import type { Fields } from './types.ts';

const payloadMaxBytes = 64;

/** Checks buttons as the platform does. Inline ones belong to the message; the others to the person's keyboard. */
export function readMarkup(room: Room, params: Fields): { reply_markup?: Fields } {
  const markup = params.reply_markup as Fields | undefined;
  if (markup === undefined) return {};
  if (Array.isArray(markup.inline_keyboard)) {
    for (const button of buttonsOf(markup.inline_keyboard)) checkInline(button);
    return buttonsOf(markup.inline_keyboard).length === 0 ? {} : { reply_markup: markup };
  }
  if (Array.isArray(markup.keyboard)) {
    for (const button of buttonsOf(markup.keyboard)) checkReply(button, room);
    room.keyboard = markup;
  }
  if (markup.remove_keyboard === true) room.keyboard = undefined;
  return {};
}

/** All buttons of a keyboard, row by row. */
export function buttonsOf(rows: unknown): Fields[] {
  return (Array.isArray(rows) ? rows : [])
    .flat()
    .map((button) => (typeof button === 'string' ? { text: button } : button));
}

function checkInline(button: Fields): void {
  const { text, callback_data: data, url } = button;
  if (typeof text !== 'string' || text === '') throw badRequest("can't parse inline keyboard button: Text is empty");
  const actions = Object.keys(button).filter((name) => name !== 'text' && name !== 'style');
  if (actions.length !== 1) throw badRequest('Text buttons are unallowed in the inline keyboard');
  const isBadPayload = typeof data === 'string' && (data === '' || Buffer.byteLength(data) > payloadMaxBytes);
  if (isBadPayload) throw badRequest('BUTTON_DATA_INVALID');
  if (typeof url === 'string' && !/^(https?|tg):\/\/\S+$/.test(url)) throw badRequest('BUTTON_URL_INVALID');
}

function checkReply(button: Fields, room: Room): void {
  if (typeof button.text !== 'string' || button.text === '') throw badRequest('BUTTON_TEXT_INVALID');
  const asks = button.request_contact === true || button.request_location === true;
  if (asks && room.chat.type !== 'private') {
    throw badRequest('phone number can be requested in private chats only');
  }
}
