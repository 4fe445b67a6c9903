import { type ChannelAccess, isSameSecret, type RawCall } from '@trunkline/adapter-kit';
import { callOf } from './hook.ts';
import { hookSecret } from './setup.ts';

/**
 * VK proves itself by the secret in the body. The handshake has none: it is let in by the community's number, and what it
 * hears proves nothing but that the address is ours.
 */
export function verify(raw: RawCall, channel: ChannelAccess): boolean {
  const call = callOf(raw);
  if (call === undefined || String(call.group_id) !== channel.accountId) return false;
  if (call.type === 'confirmation' && call.secret === undefined) return true;
  return isSameSecret(channel.optionalSecret(hookSecret) ?? '', call.secret);
}
