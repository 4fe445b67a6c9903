import type { Events } from './callback.ts';
import { type Community, newCode, type VkTrouble } from './community.ts';
import type { Fields } from './types.ts';

/** What goes wrong with the platform, and what it may say one day. */
export function createTrouble(community: Community, events: Events) {
  return {
    /** Any event at all. */
    raw: ({ type, object }: { type: string; object: Fields }) => events.tell(type, object),
    /** Calls the first hook with a body of one's own. Tells the status. */
    forge: async ({ body }: { body: string }) => {
      const [server] = community.servers.values();
      if (server === undefined) throw new Error('there is no hook');
      const headers = { 'content-type': 'application/json' };
      return (await fetch(server.url, { method: 'POST', headers, body })).status;
    },
    fail: (trouble: VkTrouble) => community.troubles.fail(trouble),
    heal: (only: { kind?: string } = {}) => {
      community.troubles.heal(only);
      if (only.kind === undefined) community.isRevoked = false;
    },
    revokeToken: () => {
      community.isRevoked = true;
    },
    /** Servers are no longer called, as after many failures. */
    pauseServers: () => {
      for (const server of community.servers.values()) server.status = 'failed';
    },
    changeCode: () => {
      community.confirmationCode = newCode();
    },
    redeliver: (given: { count?: number } = {}) => events.redeliver(given),
    /** Links to files are no longer good. */
    expireMedia: () => community.files.clear(),
  };
}
