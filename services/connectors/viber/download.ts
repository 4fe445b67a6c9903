import { type ChannelAccess, type Download, openLink, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';

/** The most that a person can send. */
const maxBytes = 200 * 1_024 * 1_024;

/** Opens a file by the signed link that came with it. */
export async function download(media: Media, _channel: ChannelAccess, tools: Tools): Promise<Download> {
  return await openLink(media, tools, { platform: 'Viber', maxBytes });
}
