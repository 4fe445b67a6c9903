import { type ChannelAccess, isSameSecret, type RawCall } from '@trunkline/adapter-kit';
import { hookSecret } from './setup.ts';

/** Yandex signs nothing: a call proves itself by the secret at the end of its address. */
export function verify(call: RawCall, channel: ChannelAccess): boolean {
  return isSameSecret(channel.optionalSecret(hookSecret) ?? '', call.path.slice(1));
}
