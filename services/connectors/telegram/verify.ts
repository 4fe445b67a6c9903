import { type ChannelAccess, isSameSecret, type RawCall } from '@trunkline/adapter-kit';
import { hookSecret } from './setup.ts';

/** The platform proves itself by the secret that it was given with the hook's address; bodies are not signed. */
export function verify(call: RawCall, channel: ChannelAccess): boolean {
  return isSameSecret(channel.optionalSecret(hookSecret) ?? '', call.headers['x-telegram-bot-api-secret-token']);
}
