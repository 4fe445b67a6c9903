import { knownOf, type Tools } from '@trunkline/adapter-kit';
import type { Party } from '@trunkline/contracts';
import { ask, type Channel } from './api.ts';
import { profileOf } from './parse-comment.ts';
import { personSchema } from './types.ts';

/** Who somebody is who wrote in a thread; nothing of people who do not let us see it. */
export async function introduce(
  { platformId }: Pick<Party, 'platformId'>,
  channel: Channel,
  tools: Tools,
): Promise<Partial<Party>> {
  return await knownOf(readProfile(platformId, channel, tools));
}

async function readProfile(path: string, channel: Channel, tools: Tools): Promise<Partial<Party>> {
  const { name = '', username = '' } = await ask(
    personSchema,
    { path, query: { fields: 'name,username' } },
    channel,
    tools,
  );
  if (username === '') return { displayName: name };
  return { displayName: name || username, alternativeIds: { username }, profileUrl: profileOf(username) };
}
