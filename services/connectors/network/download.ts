import { type ChannelAccess, type Download, openLink, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';

/** The host has its own, smaller cap. */
const maxBytes = 2_000 * 1_024 * 1_024;

/** Opens a file by the link that came with it; only public addresses are opened, and no redirects are followed. */
export async function download(media: Media, _channel: ChannelAccess, tools: Tools): Promise<Download> {
  return await openLink(media, tools, { platform: 'the other side', maxBytes, redirects: 0 });
}
