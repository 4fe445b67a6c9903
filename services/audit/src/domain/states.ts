import { MediaState, MessageState, type SendError } from '@trunkline/contracts';

const messageStates: Readonly<Record<MessageState, string>> = {
  [MessageState.MESSAGE_STATE_UNSPECIFIED]: '',
  [MessageState.MESSAGE_STATE_QUEUED]: 'queued',
  [MessageState.MESSAGE_STATE_SENT]: 'sent',
  [MessageState.MESSAGE_STATE_DELIVERED]: 'delivered',
  [MessageState.MESSAGE_STATE_READ]: 'read',
  [MessageState.MESSAGE_STATE_FAILED]: 'failed',
  [MessageState.MESSAGE_STATE_UNKNOWN]: 'unknown',
  [MessageState.MESSAGE_STATE_EXPIRED]: 'expired',
};

const mediaStates: Readonly<Record<MediaState, string>> = {
  [MediaState.MEDIA_STATE_UNSPECIFIED]: '',
  [MediaState.MEDIA_STATE_PENDING]: 'pending',
  [MediaState.MEDIA_STATE_STORED]: 'stored',
  [MediaState.MEDIA_STATE_FAILED]: 'failed',
  [MediaState.MEDIA_STATE_TOO_LARGE]: 'too_large',
};

/** What became of a message in one word: why it failed, or its state. Pure. */
export function messageOutcome(state: MessageState, error: SendError | undefined): string {
  return error?.code || messageStates[state] || '';
}

/** What became of a file in one word. Pure. */
export function mediaOutcome(state: MediaState | undefined): string {
  return state === undefined ? '' : (mediaStates[state] ?? '');
}
