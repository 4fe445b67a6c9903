import type { Asked } from './arguments.ts';
import { placeInQueue, queueLine, type SeenBacklog } from './backlog.ts';
import type { ShownHop } from './table.ts';
import { whereabouts } from './whereabouts.ts';

/** Where something stands now, in a sentence. */
export interface Place {
  readonly kind: 'there' | 'waits' | 'ended';
  readonly text: string;
}

/** What {@link placesOf} asks. */
export interface PlaceParts {
  readonly backlogOf: (portalId: string) => Promise<SeenBacklog>;
  readonly nowMs: number;
}

/**
 * Where the followed stands, and why it waits: of a message its own place, of a portal its queue, of a conversation the
 * oldest of its events that waits. Asks for the portal's queue where that is what must be known.
 */
export async function placesOf(
  { portalId, conversationId }: Asked['request'],
  hops: readonly ShownHop[],
  { backlogOf, nowMs }: PlaceParts,
): Promise<Place[]> {
  if (typeof portalId === 'string') {
    const backlog = await backlogOf(portalId);
    return [{ kind: backlog.waiting === '0' ? 'there' : 'waits', text: queueLine(backlog, nowMs) }];
  }
  const all = whereabouts(hops);
  const told = conversationId === undefined ? all : all.filter(({ kind }) => kind === 'at portal');
  return await Promise.all(
    told.map(async (place) => {
      if (place.kind !== 'at portal') return place;
      const backlog = await backlogOf(place.portalId);
      return { kind: 'waits' as const, text: placeInQueue(place.sequence, backlog, nowMs) };
    }),
  );
}
