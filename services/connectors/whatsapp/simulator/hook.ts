import {
  createHookCaller,
  graphSignature,
  type HookCaller,
  type SimulatorWorld,
  toGraphJson,
} from '@trunkline/testkit/simulator';
import type { Account, Person } from './account.ts';
import { type Change, type Fields, subscribable } from './types.ts';

/** How the hook is called. */
export interface HookTimes {
  /** The platform waits no longer; 10 s by default. */
  readonly answerLimitMs?: number | undefined;
  /** Pause after the first failure; it doubles. */
  readonly retryDelayMs?: number | undefined;
}

const sevenDaysMs = 7 * 24 * 60 * 60 * 1_000;

/** Tells the account's hook, or the app's, what happened in fields of the app; nobody, while the account does not call the app. */
export function createHook(account: Account, world: SimulatorWorld, times: HookTimes): HookCaller<Change> {
  const { answerLimitMs = 10_000, retryDelayMs = 1_000 } = times;
  return createHookCaller<Change>({
    prepare: (changes, { proof }) => {
      const hook = account.accountHook ?? account.appHook;
      if (hook === undefined || !account.isSubscribed) return undefined;
      const heard = changes.filter(({ field }) => isHeard(account, field));
      if (heard.length === 0) return undefined;
      const entry = [{ id: account.wabaId, changes: heard }];
      if (proof === 'genuine' && account.troubles.take(['foreign']) !== undefined) addForeign(account, entry);
      const body = toGraphJson({ object: 'whatsapp_business_account', entry });
      return { url: hook.url, headers: graphSignature(body, account.appSecret, proof), body };
    },
    isTaken: ({ status }) => status === 200,
    answerLimitMs,
    retryDelayMs,
    giveUpAfterMs: sevenDaysMs,
    troubles: account.troubles,
    complain: world.complain,
    signal: world.ended,
  });
}

/** An address of the account's own changes who is called, not what of. What the platform may tell one day has no field to choose. */
function isHeard({ appHook }: Account, field: string): boolean {
  return !subscribable.includes(field) || appHook?.fields.includes(field) === true;
}

/** Events that are not this number's: of another number of the same account, and of another account. */
function addForeign(account: Account, entry: { id: string; changes: Change[] }[]): void {
  const message = {
    from: '79995550000',
    id: 'wamid.Zm9yZWlnbg==',
    timestamp: '1782900123',
    type: 'text',
    text: { body: 'for somebody else' },
  };
  const contacts = [{ profile: { name: 'Nobody of ours' }, wa_id: '79995550000', user_id: 'RU.1' }];
  const changeOf = (phone_number_id: string) => ({
    field: 'messages',
    value: {
      ...around(account),
      metadata: { display_phone_number: '15550000001', phone_number_id },
      contacts,
      messages: [message],
    },
  });
  entry[0]?.changes.unshift(changeOf('106540352249999'));
  entry.push({ id: '102290129349999', changes: [changeOf('106540352248888')] });
}

/** What stands in the value of every change that is about this number. */
export function around({ phone, phoneNumberId }: Account): Fields {
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: phone, phone_number_id: phoneNumberId },
  };
}

/** A person beside a message. */
export function contactOf({ name, username, phone, userId }: Person): Fields {
  const profile = { name, ...(username === undefined ? {} : { username }) };
  return { profile, ...(phone === undefined ? {} : { wa_id: phone }), user_id: userId };
}

/** A person as the sender of a message. */
export function senderOf({ phone, userId }: Person): Fields {
  return { ...(phone === undefined ? {} : { from: phone }), from_user_id: userId };
}
