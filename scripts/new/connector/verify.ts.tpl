import { type ChannelAccess, isSameSecret, type RawCall } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';

/** The platform sends back the secret that it was given when the hook was set. */
export function verify(call: RawCall, channel: ChannelAccess<Settings>): boolean {
  return isSameSecret(channel.secret('hookSecret'), call.headers['x-hook-secret']);
}
