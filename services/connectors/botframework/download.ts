import { type ChannelAccess, type Download, fetchFile, type Tools } from '@trunkline/adapter-kit';
import type { Media } from '@trunkline/contracts';
import { tokenFor } from './api-token.ts';
import { isTrusted, type Settings } from './settings.ts';

/** The host has its own, smaller cap. */
const maxBytes = 250 * 1_024 * 1_024;

/** Opens a file by its link. What lies with the service itself, as pictures in Teams do, needs the bot's token. */
export async function download(media: Media, channel: ChannelAccess<Settings>, tools: Tools): Promise<Download> {
  const url = media.source?.url ?? '';
  const token = isTrusted(url, channel.settings) ? await tokenFor(channel, tools) : undefined;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return await fetchFile({ url, headers, media, sizeBytes: media.sizeBytes, maxBytes }, tools);
}
