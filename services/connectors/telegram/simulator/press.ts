import { badRequest } from './api-failure.ts';
import type { Bot } from './bot.ts';
import { messageOf, roomOf, userOf, type Where } from './chat-place.ts';
import { shareContact, shareLocation, write } from './people.ts';
import { buttonsOf } from './reply-markup.ts';

const samplePhone = '+79990001122';
const samplePlace = { latitude: 55.7512, longitude: 37.6184 };

type Pressed = Where & { message?: number; button: string };

/**
 * Presses a button by its label: one under a message, if that is named, else one instead of the keyboard, which does what it
 * says. Tells the press's id, empty for the second kind.
 */
export function press(bot: Bot, { message, button, ...where }: Pressed): string {
  const shown = message === undefined ? undefined : messageOf(bot, where, message);
  const inline = buttonsOf(shown?.reply_markup?.inline_keyboard).find(({ text }) => text === button);
  const data = inline?.callback_data;
  if (shown === undefined || typeof data !== 'string') {
    pressInstead(bot, where, button);
    return '';
  }
  bot.last.press += 1;
  const id = String(bot.last.press);
  bot.presses.set(id, { atMs: bot.now(), chatId: shown.chat.id });
  const query = { id, from: userOf(bot, where.from), message: shown, chat_instance: '-8300000000000000000', data };
  bot.updates.push('callback_query', query);
  return id;
}

function pressInstead(bot: Bot, where: Where, button: string): void {
  const room = roomOf(bot, where);
  const found = buttonsOf(room.keyboard?.keyboard).find(({ text }) => text === button);
  if (found === undefined) throw badRequest('there is no such button');
  if (room.keyboard?.one_time_keyboard === true) room.keyboard = undefined;
  if (found.request_contact === true) shareContact(bot, { ...where, phone: samplePhone });
  else if (found.request_location === true) shareLocation(bot, { ...where, ...samplePlace });
  else write(bot, { ...where, text: button });
}
