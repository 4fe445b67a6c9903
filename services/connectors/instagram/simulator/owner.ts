import { type GraphError, graphHandshake, graphSignature, type HookCaller } from '@trunkline/testkit/simulator';
import { type Account, type InstagramTrouble, newMid, personOf } from './account.ts';
import { addComment } from './comments.ts';
import { threadEvent } from './hook.ts';
import type { Where } from './people.ts';
import { type Event, subscribable } from './types.ts';

/** What the owner of the account and people beneath its posts do, and what goes wrong. */
export function createOwner(account: Account, hook: HookCaller<Event>) {
  /** Sets the app's hook, as on its settings page, and subscribes it to everything. */
  async function setHook({ url, verifyToken }: { url: string; verifyToken: string }): Promise<void> {
    await graphHandshake(url, verifyToken).catch((error: GraphError) => {
      throw new Error(error.message);
    });
    account.hook = { url, verifyToken };
    account.subscribed = subscribable;
  }

  /** Answers from the telephone. */
  function ownerWrites({ from, to = from ?? '', text }: { from?: string; to?: string; text: string }): string {
    const mid = newMid(account);
    hook.push(threadEvent(account, personOf(account, to), 'messages', { message: { mid, text, is_echo: true } }));
    account.chats.add(to, { id: mid, by: 'account', text, state: 'from the telephone' });
    return mid;
  }

  return {
    setHook,
    ownerWrites,
    /** Writes under a post, or under a comment. Gives the comment's id. */
    comment: ({
      from,
      text,
      post = [...account.posts.keys()][0] ?? '',
      under,
    }: Where & { text: string; post?: string; under?: string }) => {
      const { id, username } = personOf(account, from);
      return addComment(account, hook, { postId: post, parentId: under, from: { id, username }, text }).id;
    },
    block: ({ from }: Where) => Object.assign(personOf(account, from), { isBlocked: true }),
    unblock: ({ from }: Where) => Object.assign(personOf(account, from), { isBlocked: false }),
    /** So many hours pass in this thread; a day unless said. */
    pass: ({ from, hours = 25 }: Where & { hours?: number }) => {
      const who = personOf(account, from);
      if (who.lastActedAtMs !== undefined) who.lastActedAtMs -= hours * 60 * 60_000;
    },
    /** A new post. */
    post: ({ id = `178956${account.posts.size}`, caption = 'New' }: { id?: string; caption?: string } = {}) => {
      account.posts.set(id, { id, caption, atMs: account.now(), isOpen: true });
      return id;
    },
    /** Any event at all, as the platform might send it one day. */
    raw: (event: Event) => hook.push(event),
    /** Calls the hook with bytes of one's own; signed as the platform signs, unless said. Tells the status. */
    forge: async ({ body, proof = 'genuine' }: { body: string; proof?: 'genuine' | 'wrong' | 'none' }) => {
      if (account.hook === undefined) throw new Error('there is no hook');
      const headers = { 'content-type': 'application/json', ...graphSignature(body, account.appSecret, proof) };
      return (await fetch(account.hook.url, { method: 'POST', headers, body })).status;
    },
    fail: (trouble: InstagramTrouble) => account.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => {
      account.troubles.heal(only);
      if (only.kind === undefined) account.isRevoked = false;
    },
    revokeToken: () => {
      account.isRevoked = true;
    },
    /** The account is no longer subscribed, as after an outage. */
    unsubscribe: () => {
      account.subscribed = undefined;
    },
    redeliver: (given: { count?: number } = {}) => hook.redeliver(given),
    /** Links to files are no longer good. */
    expireMedia: () => account.files.clear(),
  };
}
