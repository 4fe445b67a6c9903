import { type ChannelAccess, isSameSecret, jsonOrNothing, type RawCall } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';
import { codeOf } from './setup-code.ts';
import { headSchema } from './types.ts';
import { callMaxBytes } from './types-limits.ts';
import { lastPartOf, partnerKey, partnerName, secretNames, sideOf, signatureOf } from './verify-sides.ts';

/** Where one joins. */
export const joinPath = '/join';

/**
 * A call is signed with the key that both sides hold; the one that joins, with the code. Whom it is from and for stands in the
 * signed bytes, so that nobody speaks for another and no call serves twice in another place.
 */
export function verify(call: RawCall, channel: ChannelAccess<Settings>): boolean {
  const { body, headers } = call;
  const { 'network-signature': signature, 'network-from': from = '' } = headers;
  if (body.byteLength > callMaxBytes) return false;
  const isLine = sideOf(channel) === 'line';
  const key = isLine ? lineKey(call, channel, from) : partnersKey(channel, from);
  if (key === undefined || !isSameSecret(signatureOf(key, body), signature)) return false;
  const head = headSchema.safeParse(jsonOrNothing(Buffer.from(body).toString())).data;
  if (head?.from !== from || head.to !== nameOf(channel) || head.side !== (isLine ? 'partner' : 'line')) return false;
  return (head.type === 'join') === (call.path === joinPath);
}

/** What a partner of ours signs with; undefined for somebody who cannot be one. */
function lineKey({ path, headers }: RawCall, channel: ChannelAccess<Settings>, from: string): string | undefined {
  const own = channel.optionalSecret(secretNames.own) ?? '';
  const { codeNumber, refused } = channel.settings;
  if (own === '' || from === '' || refused.includes(from)) return undefined;
  if (path !== joinPath) return partnerKey(own, from);
  // Whoever joins shows the secret that makes its name: the name of another partner is not to be had.
  const isItself = isSameSecret(partnerName(headers['network-proof'] ?? ''), from);
  return isItself ? codeOf(channel.id, own, codeNumber) : undefined;
}

function partnersKey(channel: ChannelAccess, from: string): string | undefined {
  const line = lastPartOf(channel.optionalSecret(secretNames.lineUrl) ?? '');
  return line !== '' && line === from ? channel.optionalSecret(secretNames.key) : undefined;
}

/** How the other side calls this channel. */
function nameOf(channel: ChannelAccess): string {
  return sideOf(channel) === 'line' ? channel.id : partnerName(channel.optionalSecret(secretNames.own) ?? '');
}
