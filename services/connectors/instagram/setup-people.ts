import { ConnectorError, type Tools } from '@trunkline/adapter-kit';
import type { Party } from '@trunkline/contracts';
import { ask, type Channel } from './api.ts';
import { profileOf } from './parse-comment.ts';
import { personSchema } from './types.ts';

/** Refusals that say: this person did not let us see their profile. */
const hidden: ReadonlySet<string> = new Set(['permission', 'recipient_invalid', 'content_invalid']);

/** Who somebody is who wrote in a thread; nothing of people who do not let us see it. */
export async function introduce(
  { platformId }: Pick<Party, 'platformId'>,
  channel: Channel,
  tools: Tools,
): Promise<Partial<Party>> {
  try {
    const call = { path: platformId, query: { fields: 'name,username' } };
    const { name = '', username = '' } = await ask(personSchema, call, channel, tools);
    if (username === '') return { displayName: name };
    return { displayName: name || username, alternativeIds: { username }, profileUrl: profileOf(username) };
  } catch (error) {
    if (error instanceof ConnectorError && hidden.has(error.code)) return {};
    throw error;
  }
}
