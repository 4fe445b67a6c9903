import type { Portal } from './portal.ts';

/** A batch of `PortalService.Subscribe`, as gRPC brings it; its numbers below 2^53. By HTTP `body` is base64: decode it first. */
export interface PulledBatch {
  readonly body: Uint8Array;
  readonly webhookId: string;
  readonly webhookTimestamp: string;
  readonly webhookSignature: string;
  readonly epoch: number;
  readonly replay: number;
}

/** What became of a batch. */
export interface TakenBatch {
  /** False: what was not taken comes again after a new subscription. */
  readonly isAll: boolean;
  /** To be sent by `PortalService.Acknowledge`, with the portal and the consumer. */
  readonly acknowledgement: {
    readonly sequence: number;
    readonly epoch: number;
    readonly replay: number;
    /** The event after it that a handler refused for good (`EventRefused`); empty: none. */
    readonly refusedId: string;
    /** The key that the event after it needs and the portal has not; empty: none. */
    readonly unknownKid: string;
  };
  /** Why not all was taken, as it would have been answered to a push; empty otherwise. */
  readonly problem: string;
}

interface Said {
  readonly accepted?: number;
  readonly refused?: string;
  readonly error?: string;
  readonly kid?: string;
}

/** Lets a portal take a batch that was pulled, and says what to acknowledge. Does not throw where `handle` does not. */
export async function takeBatch(portal: Portal, batch: PulledBatch): Promise<TakenBatch> {
  const { body, webhookId, webhookTimestamp, webhookSignature, epoch, replay } = batch;
  const headers = {
    'webhook-id': webhookId,
    'webhook-timestamp': webhookTimestamp,
    'webhook-signature': webhookSignature,
  };
  const answer = await portal.handle({ headers, rawBody: body });
  const said = JSON.parse(answer.body) as Said;
  const count = answer.status === 200 ? (said.accepted ?? 0) : 0;
  const events = JSON.parse(Buffer.from(body).toString()) as readonly { readonly sequence: string }[];
  // A replay leaves the cursor alone.
  const last = replay > 0 ? events[count - 1]?.sequence : (await portal.cursor()).sequence;
  const isAll = count === events.length;
  const acknowledgement = {
    ...{ sequence: Number(last ?? 0), epoch, replay, refusedId: said.refused ?? '' },
    unknownKid: said.error === 'unknown_key' ? (said.kid ?? '') : '',
  };
  return { isAll, acknowledgement, problem: isAll ? '' : `${answer.status} ${answer.body}` };
}
