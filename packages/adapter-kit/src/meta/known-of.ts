import type { Party } from '@trunkline/contracts';
import { ConnectorError } from '../connector-error.ts';

/** Refusals that say: this person does not let accounts see their profile. */
const hidden: ReadonlySet<string> = new Set(['permission', 'recipient_invalid', 'content_invalid']);

/** What was asked about a person; nothing of one who does not let the account see it. Rejects for any other failure. */
export async function knownOf(asking: Promise<Partial<Party>>): Promise<Partial<Party>> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ConnectorError && hidden.has(error.code)) return {};
    throw error;
  }
}
