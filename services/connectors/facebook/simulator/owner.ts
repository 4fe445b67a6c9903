import { type GraphError, graphHandshake, graphSignature, type HookCaller } from '@trunkline/testkit/simulator';
import { moved } from './control.ts';
import { threadEvent } from './hook.ts';
import { type FacebookTrouble, inboxAppId, newMid, type Page, personOf } from './page.ts';
import { addTemplate, type Judgement, judgeTemplate, type NewTemplate } from './templates.ts';
import { type Event, subscribable } from './types.ts';

/** What the owner of the page does, and what goes wrong with the platform. */
export function createOwner(page: Page, hook: HookCaller<Event>) {
  /** Sets the app's hook, as on its settings page, and subscribes it to everything. */
  async function setHook({ url, verifyToken }: { url: string; verifyToken: string }): Promise<void> {
    await graphHandshake(url, verifyToken).catch((error: GraphError) => {
      throw new Error(error.message);
    });
    page.hook = { url, verifyToken };
    page.subscribed = subscribable;
  }

  /** Answers from the page's inbox. */
  function ownerWrites({ from, to = from ?? '', text }: { from?: string; to?: string; text: string }): string {
    const mid = newMid(page);
    const message = { mid, text, is_echo: true, app_id: inboxAppId };
    hook.push(threadEvent(page, personOf(page, to), 'message_echoes', { message }));
    page.chats.add(to, { id: mid, by: 'account', text, state: 'from the inbox' });
    return mid;
  }

  return {
    setHook,
    ownerWrites,
    /** The inbox takes a thread, asks for it, or gives it back. */
    takeThread: ({ from }: { from: string }) =>
      moved(page, hook, personOf(page, from), { owner: inboxAppId, event: 'take_thread_control' }),
    giveThread: ({ from }: { from: string }) => moved(page, hook, personOf(page, from), { owner: page.appId }),
    requestThread: ({ from }: { from: string }) => {
      const request_thread_control = { requested_owner_app_id: inboxAppId, metadata: 'please' };
      hook.push(threadEvent(page, personOf(page, from), 'messaging_handovers', { request_thread_control }));
    },
    /** A utility template that is approved. */
    template: (given: NewTemplate) => void addTemplate(page, hook, given),
    /** What becomes of a template later: PAUSED, REJECTED, DISABLED… */
    judgeTemplate: (given: Judgement) => judgeTemplate(page, hook, given),
    /** Any event at all, as the platform might send it one day. */
    raw: (event: Event) => hook.push(event),
    /** Calls the hook with bytes of one's own; signed as the platform signs, unless said. Tells the status. */
    forge: async ({ body, proof = 'genuine' }: { body: string; proof?: 'genuine' | 'wrong' | 'none' }) => {
      if (page.hook === undefined) throw new Error('there is no hook');
      const headers = { 'content-type': 'application/json', ...graphSignature(body, page.appSecret, proof) };
      return (await fetch(page.hook.url, { method: 'POST', headers, body })).status;
    },
    fail: (trouble: FacebookTrouble) => page.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => {
      page.troubles.heal(only);
      if (only.kind === undefined) page.isRevoked = false;
    },
    revokeToken: () => {
      page.isRevoked = true;
    },
    /** The page is no longer subscribed, as after an outage. */
    unsubscribe: () => {
      page.subscribed = undefined;
    },
    redeliver: (given: { count?: number } = {}) => hook.redeliver(given),
    /** Links to files are no longer good. */
    expireMedia: () => page.files.clear(),
  };
}
