import { type Download, openLink, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import type { Channel } from './api.ts';

/** The largest file that a person can send, and some room. */
const maxBytes = 100 * 1_024 * 1_024;

/** Opens a file at its address, which is signed and good for some days. */
export async function download(media: Media, _channel: Channel, tools: Tools): Promise<Download> {
  return await openLink(media, tools, { platform: 'Facebook', maxBytes });
}
