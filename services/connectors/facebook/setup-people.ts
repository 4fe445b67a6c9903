import { ConnectorError, type Tools } from '@trunkline/adapter-kit';
import type { Party } from '@trunkline/contracts';
import { ask, type Channel } from './api.ts';
import { personSchema } from './types.ts';

/** Refusals that say: this person does not let pages see their profile. */
const hidden: ReadonlySet<string> = new Set(['permission', 'recipient_invalid', 'content_invalid']);

/** Who somebody is who wrote in a thread; nothing of people who do not let pages see it. */
export async function introduce(
  { platformId }: Pick<Party, 'platformId'>,
  channel: Channel,
  tools: Tools,
): Promise<Partial<Party>> {
  const call = { path: platformId, query: { fields: 'first_name,last_name,locale' } };
  try {
    const {
      first_name: firstName = '',
      last_name: lastName = '',
      locale = '',
    } = await ask(personSchema, call, channel, tools);
    const displayName = [firstName, lastName].filter(Boolean).join(' ');
    return { displayName, firstName, lastName, locale: locale.replace('_', '-') };
  } catch (error) {
    if (error instanceof ConnectorError && hidden.has(error.code)) return {};
    throw error;
  }
}
