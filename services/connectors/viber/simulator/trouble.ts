import type { HookCaller } from '@trunkline/testkit/simulator';
import type { Account, ViberTrouble } from './account.ts';
import { type Event, eventOf, signatureOf } from './hook.ts';

/** What goes wrong with the platform, and what it may say one day. */
export function createTrouble(account: Account, hook: HookCaller<Event>) {
  return {
    /** Any event at all, as the platform might send it one day. */
    raw: (event: Event) => hook.push(eventOf(account, event.event, event)),
    /** Calls the hook with bytes of one's own, with this signature or the right one. Tells the status. */
    forge: async ({ body, signature = signatureOf(body, account.token) }: { body: string; signature?: string }) => {
      if (account.hook === undefined) throw new Error('there is no hook');
      const headers = {
        'content-type': 'application/json',
        ...(signature && { 'x-viber-content-signature': signature }),
      };
      return (await fetch(account.hook.url, { method: 'POST', headers, body })).status;
    },
    fail: (trouble: ViberTrouble) => account.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => {
      account.troubles.heal(only);
      if (only.kind === undefined) account.isRevoked = false;
    },
    revokeToken: () => {
      account.isRevoked = true;
    },
    redeliver: (given: { count?: number } = {}) => hook.redeliver(given),
    /** Links to files are no longer good. */
    expireMedia: () => account.files.clear(),
  };
}
