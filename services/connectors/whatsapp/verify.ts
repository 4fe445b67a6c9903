import { type ChannelAccess, isMetaCall, metaVerifyToken, type RawCall } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';

/** Calls are signed over their bytes by the app's secret; a handshake proves itself by the word that we gave. */
export function verify(call: RawCall, channel: ChannelAccess<Settings>): boolean {
  return isMetaCall(call, channel.secret('appSecret'), verifyToken(channel));
}

/** The platform calls one address for all numbers of an account: its last part. */
export function hookKey({ businessAccountId }: Settings): string {
  return `account-${businessAccountId}`;
}

/** The word of the handshake. All numbers of an account have the same. */
export function verifyToken(channel: ChannelAccess<Settings>): string {
  return metaVerifyToken(channel.secret('appSecret'), hookKey(channel.settings));
}
