import { type GraphError, graphHandshake, graphSignature, type HookCaller } from '@trunkline/testkit/simulator';
import {
  type Account,
  type AppHook,
  type Hook,
  newWamid,
  nextNumber,
  type TemplateComponent,
  timestamp,
  type WhatsAppTrouble,
} from './account.ts';
import { around } from './hook.ts';
import { type Decision, decideTemplate } from './templates.ts';
import { type Change, type Fields, subscribable } from './types.ts';

type AppHookGiven = Partial<AppHook> & Hook;

/** What the owner of the account does, and what goes wrong with the platform. */
export function createOwner(account: Account, hook: HookCaller<Change>) {
  /** Sets the app's hook and its fields, as on its settings page: the platform asks for the challenge first. */
  async function setHook({ url, verifyToken, fields = subscribable }: AppHookGiven): Promise<void> {
    await graphHandshake(url, verifyToken).catch((error: GraphError) => {
      throw new Error(error.message);
    });
    account.appHook = { url, verifyToken, fields };
    account.isSubscribed = true;
  }

  /** A template that is approved at once. */
  function template(given: {
    name: string;
    language?: string;
    body?: string;
    components?: readonly TemplateComponent[];
  }): void {
    const { name, language = 'en', body = 'Hello {{1}}', components = [{ type: 'BODY', text: body }] } = given;
    const made = {
      id: `59484${nextNumber(account)}`,
      name,
      language,
      category: 'UTILITY',
      components,
      status: 'PENDING',
    };
    account.templates.set(`${name} ${language}`, made);
    decideTemplate(account, hook, { name, event: 'APPROVED' });
  }

  /** Writes from the telephone that the number is also in. */
  function ownerWrites({ from, to = from ?? '', text }: { from?: string; to?: string; text: string }): string {
    account.isCoexistence = true;
    const id = newWamid(account, to);
    const echo = { from: account.phone, to, id, timestamp: timestamp(account), type: 'text', text: { body: text } };
    hook.push({ field: 'smb_message_echoes', value: { ...around(account), message_echoes: [echo] } });
    account.chats.add(to, { id, by: 'account', text, state: 'from the telephone' });
    return id;
  }

  /** Any change at all, as the platform might send it one day; what stands in every value is added. */
  function raw({ field, value }: { field: string; value: Fields }): void {
    hook.push({ field, value: { ...around(account), ...value } });
  }

  /** News of the account or of one of its numbers: nothing stands around them. */
  function news({ field, value }: { field: string; value: Fields }): void {
    hook.push({ field, value });
  }

  /** Calls the hook with bytes of one's own; signed as the platform signs, unless said. Tells the status. */
  async function forge({
    body,
    proof = 'genuine',
  }: {
    body: string;
    proof?: 'genuine' | 'wrong' | 'none';
  }): Promise<number> {
    const to = account.accountHook ?? account.appHook;
    if (to === undefined) throw new Error('there is no hook');
    const headers = { 'content-type': 'application/json', ...graphSignature(body, account.appSecret, proof) };
    const response = await fetch(to.url, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  }

  return {
    setHook,
    template,
    decideTemplate: (given: Decision) => decideTemplate(account, hook, given),
    ownerWrites,
    raw,
    news,
    forge,
    fail: (trouble: WhatsAppTrouble) => account.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => {
      account.troubles.heal(only);
      if (only.kind === undefined) account.isRevoked = false;
    },
    /** The token is refused from now on. */
    revokeToken: () => {
      account.isRevoked = true;
    },
    /** The account is no longer subscribed to the app. */
    unsubscribe: () => {
      account.isSubscribed = false;
    },
    redeliver: (given: { count?: number } = {}) => hook.redeliver(given),
    /** Links and ids of media are no longer good. */
    expireMedia: () => account.media.clear(),
  };
}
