import { knownOf, type Tools } from '@trunkline/adapter-kit';
import type { Party } from '@trunkline/contracts';
import { ask, type Channel } from './api.ts';
import { personSchema } from './types.ts';

/** Who somebody is who wrote in a thread; nothing of people who do not let pages see it. */
export async function introduce(
  { platformId }: Pick<Party, 'platformId'>,
  channel: Channel,
  tools: Tools,
): Promise<Partial<Party>> {
  return await knownOf(profileOf(platformId, channel, tools));
}

async function profileOf(path: string, channel: Channel, tools: Tools): Promise<Partial<Party>> {
  const call = { path, query: { fields: 'first_name,last_name,locale' } };
  const profile = await ask(personSchema, call, channel, tools);
  const { first_name: firstName = '', last_name: lastName = '', locale = '' } = profile;
  const displayName = [firstName, lastName].filter(Boolean).join(' ');
  return { displayName, firstName, lastName, locale: locale.replace('_', '-') };
}
