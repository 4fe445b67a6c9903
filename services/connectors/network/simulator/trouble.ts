import type { HookCaller } from '@trunkline/testkit/simulator';
import { type Account, hmac, type NetworkTrouble, seatOf } from './account.ts';
import { told, type Word } from './caller.ts';
import type { Fields } from './types.ts';

/** What goes wrong with the other side, and what it may say one day. */
export function createTrouble(account: Account, caller: HookCaller<Word>) {
  return {
    /** Any call at all, as another version might make it one day. */
    raw: ({ from, fields }: { from: string; fields: Fields }) => caller.push({ seat: seatOf(account, from), fields }),
    /** Calls with fields and a proof of one's own. Tells the status and what was said. */
    forge: async ({ from, fields = {}, as, key, path = '' }: Forged) => {
      const seat = seatOf(account, from);
      const body = JSON.stringify(told(account, { seat, fields: { type: 'typing', isOn: true, ...fields } }));
      const proof = { 'network-from': as ?? seat.from, 'network-signature': hmac(key ?? seat.key, body) };
      const answer = await fetch(`${seat.url}${path}`, { method: 'POST', headers: proof, body });
      return { status: answer.status, text: await answer.text() };
    },
    fail: (trouble: NetworkTrouble) => account.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => account.troubles.heal(only),
    redeliver: (given: { count?: number } = {}) => caller.redeliver(given),
    /** The line takes nobody new, or does again; those who joined stay. */
    setOpen: ({ isOpen }: { isOpen: boolean }) => {
      account.isOpen = isOpen;
    },
    /** The installation is reached elsewhere from now on: at its former addresses there is nobody. */
    move: () => moveTo(account, `${account.prefix}/moved`),
    /** It is reached again where it was before it moved last. */
    moveBack: () => moveTo(account, account.prefix.replace(/\/moved$/, '')),
    renewCode: () => {
      account.codeNumber += 1;
    },
    /** Whoever joined is not known any more. */
    forget: ({ from }: { from: string }) => account.seats.delete(from),
    /** Links to files are no longer good. */
    expireMedia: () => account.files.clear(),
  };
}

function moveTo(account: Account, prefix: string): void {
  const former = account.prefix;
  account.prefix = prefix;
  for (const seat of account.seats.values()) {
    const { origin, pathname } = new URL(seat.ownUrl);
    seat.ownUrl = `${origin}${prefix}${pathname.slice(former.length)}`;
  }
}

interface Forged {
  readonly from: string;
  readonly fields?: Fields;
  /** Another name than one's own. */
  readonly as?: string;
  readonly key?: string;
  readonly path?: string;
}
