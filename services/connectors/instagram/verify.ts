import { type ChannelAccess, isMetaCall, metaVerifyToken, type RawCall } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';

/** Calls are signed over their bytes by the app's secret; a handshake proves itself by the word that we gave. */
export function verify(call: RawCall, channel: ChannelAccess<Settings>): boolean {
  return isMetaCall(call, channel.secret('appSecret'), verifyToken(channel));
}

/** The word of the handshake: an app has one hook for all of its accounts. */
export function verifyToken(channel: ChannelAccess<Settings>): string {
  return metaVerifyToken(channel.secret('appSecret'), channel.settings.appId);
}
