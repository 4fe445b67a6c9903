import type { Logger } from '@trunkline/runtime';
import type { ChannelRef } from '../channel.ts';
import type { Hook, RawCall } from '../connector.ts';
import type { SentMessages } from '../queue/sent-messages.ts';

/** What keeping proofs needs. */
export interface ProofParts {
  readonly hook: Pick<Hook<never>, 'confirms'> | undefined;
  readonly sent: Pick<SentMessages, 'confirm'>;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Keeps what a call that is stored proves of our own sends, whether it came by the hook or was fetched. Never rejects: a proof
 * that is lost is told by the platform's receipts again, or by a person.
 */
export async function keepProofs({ hook, sent, log }: ProofParts, call: RawCall, channel: ChannelRef): Promise<void> {
  try {
    const confirmed = hook?.confirms?.(call, channel) ?? [];
    if (confirmed.length > 0) await sent.confirm(channel.id, confirmed);
  } catch (error) {
    log.warn('A proof of a send could not be kept', { channel: channel.id, error });
  }
}
