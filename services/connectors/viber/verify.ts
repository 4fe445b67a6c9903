import { type ChannelAccess, hmacHex, isSameSecret, type RawCall } from '@trunkline/adapter-kit';

/** The platform signs the raw bytes with the bot's token; the signature stands in a header, and in the address too. */
export function verify(call: RawCall, channel: ChannelAccess): boolean {
  const given = call.headers['x-viber-content-signature'] ?? call.query.sig;
  return isSameSecret(hmacHex('sha256', channel.secret('token'), call.body), given);
}
