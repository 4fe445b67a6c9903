import type { Collection } from '@trunkline/runtime';
import type { EventDocument } from '../domain/state/documents.ts';

/** The connector's token for answering a press; empty for a press that was never seen, or so long ago that it is forgotten. */
export async function ackTokenOf(collection: Collection<EventDocument>, pressId: string): Promise<string> {
  const found = await collection.findOne({ _id: pressId }, { projection: { ackToken: 1 }, timeoutMS: 5_000 });
  return found?.ackToken ?? '';
}
