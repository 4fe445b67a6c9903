import { readGraphTemplates, type Tools } from '@trunkline/adapter-kit';
import type { PlatformTemplate } from '@trunkline/contracts';
import { type Channel, callOf } from './api.ts';

const fields = 'id,name,language,status,category,components,quality_score,rejected_reason';

/** All templates of the account. */
export async function templates(channel: Channel, tools: Tools): Promise<PlatformTemplate[]> {
  const call = { path: `${channel.settings.businessAccountId}/message_templates`, query: { fields } };
  return await readGraphTemplates(callOf(call, channel), tools);
}
