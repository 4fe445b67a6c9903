import { createHash } from 'node:crypto';

/**
 * The instance that a channel's calls go to: the one whose hash with the channel is highest. When an instance comes or goes,
 * only the channels that it wins or had are moved (rendezvous hashing, Thaler and Ravishankar 1998). Undefined when there is
 * none. Pure.
 */
export function rendezvous(channelId: string, instances: readonly string[]): string | undefined {
  // One is the best of one: most connectors have no other.
  if (instances.length === 1) return instances[0];
  let best: { readonly instance: string; readonly weight: bigint } | undefined;
  for (const instance of instances) {
    const weight = createHash('sha256').update(`${channelId}\u001f${instance}`).digest().readBigUInt64BE(0);
    if (!best || weight > best.weight) best = { instance, weight };
  }
  return best?.instance;
}
