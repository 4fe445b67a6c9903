import type { Health } from './connector.ts';
import { ConnectorError } from './connector-error.ts';

/** Asks how an account is; a token that the platform does not accept any more is told in words for people. Throws ConnectorError. */
export async function probed(platform: string, ask: () => Promise<Health>): Promise<Health> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'auth_revoked') throw error;
    return { state: 'needs_sign_in', reason: `${platform} does not accept the token any more: enter the new one.` };
  }
}
