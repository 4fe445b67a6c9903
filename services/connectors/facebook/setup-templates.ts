import { readGraphTemplates, type Tools } from '@trunkline/adapter-kit';
import type { PlatformTemplate } from '@trunkline/contracts';
import { type Channel, callOf } from './api.ts';

const fields = 'id,name,language,status,category,components';

/** All utility templates of the page. Without the right page_utility_messaging it is refused as 'permission'. */
export async function templates(channel: Channel, tools: Tools): Promise<PlatformTemplate[]> {
  return await readGraphTemplates(callOf({ path: 'me/message_templates', query: { fields } }, channel), tools);
}
