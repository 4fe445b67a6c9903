import { Envelope, Fact, laneOf, type SealedEvent, streams, subjects } from '@trunkline/contracts';
import type { LogPort } from '@trunkline/runtime';
import { type FileLink, type PlainEvent, portalEvent } from './domain/portal-event.ts';

/** Gives what an event said before it was sealed, made anew of its fact; undefined when the fact is kept no longer. */
export type PlainOf = (event: SealedEvent) => Promise<PlainEvent | undefined>;

/** Reads a tenant's facts back. Each message is read once, so it is made for one request. Rejects when the bus is away. */
export function openHistory(log: Pick<LogPort, 'nextOf'>, tenantId: string, fileLink: FileLink): PlainOf {
  const read = new Map<number, Promise<readonly Uint8Array[]>>();
  const itemsAt = (sequence: number) => {
    const known = read.get(sequence) ?? itemsOf(log, tenantId, sequence);
    read.set(sequence, known);
    return known;
  };
  return async ({ id, factSequence, factIndex }) => {
    const bytes = factSequence === 0 ? undefined : (await itemsAt(factSequence))[factIndex];
    const plain = bytes && portalEvent(Fact.decode(bytes), fileLink);
    return plain?.id === id && plain.tenantId === tenantId ? plain : undefined;
  };
}

async function itemsOf(
  log: Pick<LogPort, 'nextOf'>,
  tenantId: string,
  sequence: number,
): Promise<readonly Uint8Array[]> {
  const message = await log.nextOf(streams.facts, subjects.allFacts(laneOf(tenantId)), sequence);
  return message?.sequence === sequence ? Envelope.decode(message.data).items : [];
}
