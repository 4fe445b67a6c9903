import type { Health } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';

/** Where an account's hook is read and written. */
export interface MetaHook {
  /** The address that the platform calls now; undefined: nobody is called. */
  readonly read: () => Promise<string | undefined>;
  readonly write: () => Promise<void>;
}

const ok: Health = { state: 'ok', reason: '' };
const stolen = 'Another program has taken the hook: write the hook again.';

/**
 * How a hook is doing. One that is gone, as after an outage of ours, is written again; one that another program has taken is
 * left to a person. Without an address of ours there is nothing to look for.
 */
export async function metaHookHealth(wanted: string | undefined, { read, write }: MetaHook): Promise<Health> {
  if (wanted === undefined) return ok;
  const found = await read();
  if (found === undefined) await write();
  return (found ?? (await read())) === wanted ? ok : { state: 'degraded', reason: stolen };
}

/**
 * What a failed probe says of an account: banned for the codes that say so, signed out where the token is not accepted. Throws
 * whatever else it is: that says nothing of the account.
 */
export function metaSignedOut(error: unknown, title: string, bannedBy: readonly string[]): Health {
  if (!(error instanceof ConnectorError) || error.code !== 'auth_revoked') throw error;
  if (bannedBy.includes(error.platformCode ?? '')) return { state: 'banned', reason: error.message };
  return { state: 'needs_sign_in', reason: `${title} does not accept the token any more: ${error.message}` };
}
