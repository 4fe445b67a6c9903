import { type ChannelAccess, ConnectorError, isSameSecret, type RawCall } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';
import { codeOf } from './setup-code.ts';
import { readHead } from './types.ts';
import { callMaxBytes } from './types-limits.ts';
import { lastPartOf, partnerKey, partnerName, secretNames, sideOf, signatureOf } from './verify-sides.ts';

/** Where one joins. */
export const joinPath = '/join';

/**
 * A call is signed with the key that both sides hold; the one that joins, with the code. Whom it is from and for stands in the
 * signed bytes, so that nobody speaks for another and no call serves twice in another place. Throws ConnectorError 'transient'
 * while the line is being joined.
 */
export function verify(call: RawCall, channel: ChannelAccess<Settings>): boolean {
  const { body, headers } = call;
  const { 'network-signature': signature, 'network-from': from = '' } = headers;
  if (body.byteLength > callMaxBytes) return false;
  const isLine = sideOf(channel) === 'line';
  const key = isLine ? lineKey(call, channel, from) : partnersKey(channel, from);
  if (key === undefined || !isSameSecret(signatureOf(key, body), signature)) return false;
  const head = readHead(body);
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
  const key = channel.optionalSecret(secretNames.key) ?? '';
  // A line may greet before what it answered to the joining is kept here.
  if (key === '') throw new ConnectorError('transient', 'the line is being joined: its key is not kept yet');
  return line === from ? key : undefined;
}

/** How the other side calls this channel. */
function nameOf(channel: ChannelAccess): string {
  return sideOf(channel) === 'line' ? channel.id : partnerName(channel.optionalSecret(secretNames.own) ?? '');
}
