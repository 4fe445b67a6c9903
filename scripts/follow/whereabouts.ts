import { streams } from '../../packages/contracts/src/index.ts';
import type { ShownHop } from './table.ts';

/** Where something stands, told by the last of its hops; of a portal's queue only the portal itself knows why. */
export type Whereabouts =
  | { readonly kind: 'there' | 'waits' | 'ended'; readonly text: string }
  | { readonly kind: 'at portal'; readonly portalId: string; readonly sequence: number };

type Hops = readonly ShownHop[];

/** Steps that end the way of a message without a portal. */
const ends = ['items.parked', 'items.repeated'];
const reached = ['sent', 'delivered', 'read'];

/** Where the followed stands: on the way to its messenger, and on the way to its portal. Pure. */
export function whereabouts(hops: Hops): Whereabouts[] {
  return [...towardsMessenger(hops), ...towardsPortal(hops)];
}

function towardsMessenger(hops: Hops): Whereabouts[] {
  const isOutbound = has(hops, 'message.submitted', 'messages.submitted');
  if (!isOutbound) return [];
  const status = last(hops, 'messages.status', 'send.result');
  if (status !== undefined) return [statusOf(status)];
  const order = last(hops, 'message.dispatched');
  if (order === undefined) {
    const where = has(hops, 'messages.submitted') ? 'dispatch' : 'the normalizer';
    return [{ kind: 'waits', text: `Stored; it waits for ${where}.` }];
  }
  const tried = last(hops, 'send.attempted');
  const why = tried === undefined ? 'not tried yet' : `try ${tried.entry.attempt}: ${tried.entry.outcome}`;
  const connector = order.stream.slice(order.stream.indexOf('_') + 1);
  return [{ kind: 'waits', text: `It waits in the channel's queue of ${connector}: ${why}.` }];
}

function statusOf({ entry: { outcome } }: ShownHop): Whereabouts {
  if (reached.includes(outcome)) return { kind: 'there', text: `The messenger has it: ${outcome}.` };
  return { kind: 'ended', text: `The messenger does not have it, or nobody can tell: ${outcome}.` };
}

function towardsPortal(hops: Hops): Whereabouts[] {
  const sealed = hops.filter(({ entry }) => entry.kind === 'event.sealed');
  const open = sealed.filter(({ entry }) => endOf(hops, entry) === undefined);
  const [front] = open.toSorted((a, b) => Number(a.entry.sequence) - Number(b.entry.sequence));
  if (front !== undefined) {
    const { portalId, sequence } = front.entry;
    return [{ kind: 'at portal', portalId, sequence: Number(sequence) }];
  }
  const lastSealed = sealed.at(-1);
  if (lastSealed !== undefined) return [endedAt(hops, lastSealed)];
  const fact = last(hops, 'messages.received');
  if (fact !== undefined) {
    const text = fact.entry.portalId === '' ? 'Its line has no portal.' : 'Decided; it waits for the sealer.';
    return [{ kind: fact.entry.portalId === '' ? 'ended' : 'waits', text }];
  }
  const end = last(hops, ...ends);
  if (end !== undefined)
    return [{ kind: 'ended', text: `It went no further: ${end.entry.kind}, ${end.entry.outcome}.` }];
  const isOnlyStored =
    hops.length > 0 && hops.every(({ stream }) => stream === streams.ingress) && has(hops, 'hook.stored');
  return isOnlyStored ? [{ kind: 'waits', text: 'Stored; it waits for the normalizer.' }] : [];
}

const attempts = ['delivery.attempted', 'delivery.replayed'];

/** The hop that ended the wait of a sealed event: the last, for what was given up may have come by a replay since. */
function endOf(hops: Hops, { portalId, sequence }: ShownHop['entry']): ShownHop | undefined {
  return hops.findLast(({ entry }) => {
    const covers =
      entry.portalId === portalId &&
      Number(entry.sequence) <= Number(sequence) &&
      Number(sequence) <= Number(entry.lastSequence);
    const isEnd = attempts.includes(entry.kind) ? entry.outcome === 'accepted' : entry.kind.startsWith('events.');
    return covers && isEnd;
  });
}

function endedAt(hops: Hops, { entry }: ShownHop): Whereabouts {
  const end = endOf(hops, entry);
  const { portalId, sequence } = entry;
  if (end?.entry.kind === 'delivery.replayed') {
    return {
      kind: 'there',
      text: `The portal ${portalId} has its sequence ${sequence}: replay ${end.entry.replay} brought it.`,
    };
  }
  if (end?.entry.kind === 'delivery.attempted')
    return { kind: 'there', text: `The portal ${portalId} has all of it, up to sequence ${sequence}.` };
  const text = `The portal ${portalId} does not have its sequence ${sequence}: ${end?.entry.outcome}.`;
  return { kind: 'ended', text };
}

function has(hops: Hops, ...kinds: readonly string[]): boolean {
  return hops.some(({ entry }) => kinds.includes(entry.kind));
}

function last(hops: Hops, ...kinds: readonly string[]): ShownHop | undefined {
  return hops.findLast(({ entry }) => kinds.includes(entry.kind));
}
