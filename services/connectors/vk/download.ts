import { type ChannelAccess, type Download, openLink, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';

const maxBytes = 200 * 1_024 * 1_024;

/** Opens a file by its address. Files lie behind a redirect: it is followed to VK's own hosts, and nowhere else. */
export async function download(media: Media, _channel: ChannelAccess, tools: Tools): Promise<Download> {
  return await openLink(media, tools, { platform: 'VK', maxBytes });
}
