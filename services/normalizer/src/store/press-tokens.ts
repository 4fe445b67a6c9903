import type { Collection } from '@trunkline/runtime';
import type { EventDocument } from '../domain/state/documents.ts';

/**
 * The connector's token for answering a press of a channel; empty for a press that was never seen there, or so long ago that
 * it is forgotten.
 */
export async function ackTokenOf(
  collection: Collection<EventDocument>,
  channelId: string,
  pressId: string,
): Promise<string> {
  const found = await collection.findOne(
    { _id: pressId, channelId },
    { projection: { ackToken: 1 }, timeoutMS: 5_000 },
  );
  return found?.ackToken ?? '';
}
