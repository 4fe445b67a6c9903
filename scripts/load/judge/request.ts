import type { CloudEvent } from './open.ts';

/** Whose requests they are. */
export interface PortalIdentity {
  readonly id: string;
  readonly tenantId: string;
}

const mostEvents = 100;
const mostBytes = 256 * 1_024;

/** What of a request is not as docs/portal-protocol.md, "The request", says, in words. Pure. */
export function faultsOf(
  events: readonly CloudEvent[],
  { body, webhookId }: { readonly body: string; readonly webhookId: string },
  { id, tenantId }: PortalIdentity,
): readonly string[] {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return ['a request without events'];
  const faults: string[] = [];
  if (events.length > mostEvents) faults.push(`${events.length} events in a request`);
  // Brackets and commas are the batch's own.
  const bytes = Buffer.byteLength(body) - events.length - 1;
  if (events.length > 1 && bytes > mostBytes) faults.push(`${events.length} events with ${bytes} bytes in a request`);
  for (const what of ['strand', 'replay'] as const)
    if (events.some((event) => event[what] !== first[what]))
      faults.push(`elements of more than one ${what} in a request`);
  const expected = `${id}_${Number(first.sequence)}_${Number(last.sequence)}${first.replay === undefined ? '' : `_r${first.replay}`}`;
  if (webhookId !== expected) faults.push(`the webhook-id ${webhookId} instead of ${expected}`);
  const source = `trunkline/${tenantId}/${id}`;
  const foreign = events.find((event) => event.source !== source);
  if (foreign !== undefined) faults.push(`an event of the source ${foreign.source}`);
  return faults;
}
