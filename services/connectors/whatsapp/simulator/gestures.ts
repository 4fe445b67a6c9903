import type { HookCaller } from '@trunkline/testkit/simulator';
import type { Account } from './account.ts';
import { tellStatus } from './statuses.ts';
import type { Telling, Where } from './telling.ts';
import type { Change } from './types.ts';

/** What people do with messages that are there: react, press, read, change, take back. Throws for what cannot be. */
export function createGestures(account: Account, hook: HookCaller<Change>, { personOf, say, show }: Telling) {
  const { chats } = account;

  /** Reacts to a message; an empty text takes the reaction away. */
  function react({ message, emoji, ...given }: Where & { message: string; emoji: string }): string {
    const id = say(given, { type: 'reaction', reaction: { message_id: message, ...(emoji && { emoji }) } });
    chats.change(given.chat ?? given.from, message, { reactions: emoji === '' ? [] : [emoji] });
    return id;
  }

  /** Presses a button or a row under a message, by its id as the page shows it, or by its label. */
  function press({ message, button, ...given }: Where & { message: string; button: string }): string {
    const chat = given.chat ?? given.from;
    const shown = chats
      .find(chat, message)
      .buttons?.flat()
      .find(({ id, label }) => id === button || label === button);
    if (shown === undefined) throw new Error('there is no such button');
    const [kind = '', ...rest] = shown.id.split(':');
    const [id, title, more] = [rest.join(':'), shown.label, { replyTo: message }];
    const content = {
      button: { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id, title } } },
      row: { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id, title } } },
      place: { type: 'location', location: { latitude: 55.7512, longitude: 37.6184 } },
      template: { type: 'button', button: { payload: id, text: title } },
      flow: {
        type: 'interactive',
        interactive: {
          type: 'nfm_reply',
          nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t1","city":"Omsk"}' },
        },
      },
    }[kind];
    if (content === undefined) throw new Error('that button leads to an address');
    const told = say(given, content, more);
    show(given, told, { text: title });
    return told;
  }

  /** Reads, or plays, all that the account sent there. */
  function read({ from, state = 'read' }: { from: string; state?: 'read' | 'played' }): void {
    if (!personOf(from).hasReceipts) return;
    for (const message of account.sent.values()) {
      if (message.to === from && /^(sent|delivered|read)$/.test(message.state) && message.state !== state)
        tellStatus(account, hook, message, state);
    }
  }

  /** Changes, or takes back, an own message: told for numbers that are also in a telephone. */
  function edit({ message, text, ...given }: Where & { message: string; text: string }): void {
    const changed = { type: 'text', text: { body: text } };
    say(given, { type: 'edit', edit: { original_message_id: message, message: changed } });
    chats.change(given.chat ?? given.from, message, { text, isEdited: true });
  }

  function revoke({ message, ...given }: Where & { message: string }): void {
    say(given, { type: 'revoke', revoke: { original_message_id: message } });
    chats.change(given.chat ?? given.from, message, { isDeleted: true });
  }

  return { react, press, read, edit, revoke };
}
