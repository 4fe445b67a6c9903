import type { Bot, BotTrouble } from './bot.ts';
import type { Hook } from './hook.ts';
import type { SigningKeys } from './tokens.ts';

/** What the owner of the bot does in the portal, and what goes wrong with the platform. */
export function createTrouble(bot: Bot, hook: Hook, keys: SigningKeys) {
  return {
    /** Sets the messaging endpoint, as in the portal: nobody is asked. */
    setHook: ({ url }: { url: string }) => {
      bot.hook = url;
      bot.chats.tell();
    },
    fail: (trouble: BotTrouble) => bot.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => {
      bot.troubles.heal(only);
      if (only.kind === undefined) bot.isRevoked = false;
    },
    /** The secret is no longer good, nor are tokens that it gave. */
    revokeToken: () => {
      bot.isRevoked = true;
    },
    /** Tokens that were given out are no longer good; new ones can be had. */
    expireTokens: () => bot.tokens.clear(),
    /** The service signs with another key from now on. */
    rotateKeys: () => keys.rotate(),
    /** The service's key is good for these channels only. */
    endorse: ({ channels }: { channels: readonly string[] }) => keys.endorse(channels),
    redeliver: (given: { count?: number } = {}) => hook.redeliver(given),
    /** Links to files are no longer good. */
    expireMedia: () => bot.files.clear(),
  };
}
