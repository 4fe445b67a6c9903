import { MessageState, ReceiptState } from '@trunkline/contracts';
import type { PartDocument } from '../state/part-documents.ts';

const {
  MESSAGE_STATE_QUEUED: queued,
  MESSAGE_STATE_SENT: sent,
  MESSAGE_STATE_DELIVERED: delivered,
  MESSAGE_STATE_READ: read,
  MESSAGE_STATE_FAILED: failed,
  MESSAGE_STATE_UNKNOWN: unknown,
  MESSAGE_STATE_EXPIRED: expired,
} = MessageState;

/** The states that a state may go on to. A proof of arrival lifts unknown and failed; nothing takes an arrival back. */
const steps: Readonly<Record<MessageState, readonly MessageState[]>> = {
  [MessageState.MESSAGE_STATE_UNSPECIFIED]: [queued, sent, delivered, read, failed, unknown, expired],
  [queued]: [sent, delivered, read, failed, unknown, expired],
  [sent]: [delivered, read, failed],
  [delivered]: [read],
  [read]: [],
  [failed]: [delivered, read],
  [unknown]: [sent, delivered, read, failed],
  [expired]: [sent, delivered, read],
};

/** May a part go from one state to another. Pure. */
export function isForward(from: MessageState, to: MessageState): boolean {
  return steps[from].includes(to);
}

/** From the worst to the best. Queued stands after what is final and bad: such a message is bad whatever comes. */
const worstFirst: readonly MessageState[] = [failed, expired, unknown, queued, sent, delivered, read];

/** The state of a message: the worst of its parts. Queued as long as a part has no result and none is bad. Pure. */
export function stateOf(parts: readonly PartDocument[]): MessageState {
  return worstFirst.find((state) => parts.some((part) => part.state === state)) ?? queued;
}

/** What a receipt means for a message; undefined for a receipt without a state. Pure. */
export function stateOfReceipt(receipt: ReceiptState): MessageState | undefined {
  switch (receipt) {
    case ReceiptState.RECEIPT_STATE_SENT:
      return sent;
    case ReceiptState.RECEIPT_STATE_DELIVERED:
      return delivered;
    case ReceiptState.RECEIPT_STATE_READ:
    case ReceiptState.RECEIPT_STATE_PLAYED:
      return read;
    case ReceiptState.RECEIPT_STATE_FAILED:
      return failed;
    case ReceiptState.RECEIPT_STATE_UNSPECIFIED:
      return undefined;
  }
}
