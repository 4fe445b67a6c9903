import { fitting, itemOf } from './portal-batch.ts';
import { giveUp } from './portal-front.ts';
import { type Lane, toDrain } from './portal-lane.ts';
import type { PortalView, ResealedEvent } from './portal-ports.ts';
import type { PlacedEvent, Portal } from './portal-state.ts';

/** How long a portal is believed not to know a key: then the key is tried again. */
export const unknownKeyRetryMs = 300_000;
/** A full record holds two thousand of them. */
const textLimit = 280;

/**
 * The first events of the front, under keys that the portal can know: what is sealed under a key that it does not know, or that
 * was deleted, is sealed anew. Undefined: nothing is to be sent in this turn. Rejects when the sealer does not answer.
 */
export async function withKnownKeys(
  lane: Lane,
  portal: Portal,
  events: readonly PlacedEvent[],
): Promise<readonly PlacedEvent[] | undefined> {
  const { deletedKids, settings } = lane.ports.view(portal.id);
  if (portal.unknownKids.size === 0 && deletedKids.size === 0) return events;
  const nowMs = lane.clock.now();
  for (const [kid, untilMs] of portal.unknownKids) if (untilMs <= nowMs) portal.unknownKids.delete(kid);
  const isClosed = ({ event }: PlacedEvent) => portal.unknownKids.has(event.kid) || deletedKids.has(event.kid);
  const batch = events.slice(0, settings.batchEvents);
  const first = batch.findIndex(isClosed);
  if (first === -1) return events;
  // What stands before goes as it is; nothing overtakes it.
  if (first > 0) return batch.slice(0, first);
  // This has its one place too, where events are read back.
  if (portal.mode === 'live') {
    toDrain(lane, portal);
    return undefined;
  }
  const open = batch.findIndex((placed) => !isClosed(placed));
  const run = open === -1 ? batch : batch.slice(0, open);
  return await resealed(lane, portal, run.slice(0, fitting(run.map(itemOf), limitOf(portal, settings)).length));
}

function limitOf(portal: Portal, settings: PortalView['settings']) {
  const isProbed = portal.failures > 0 && !settings.isOnce;
  return { events: isProbed ? 1 : settings.batchEvents, bytes: settings.batchBytes };
}

async function resealed(
  lane: Lane,
  portal: Portal,
  run: readonly PlacedEvent[],
): Promise<readonly PlacedEvent[] | undefined> {
  const notKids = [...portal.unknownKids.keys()];
  const events = run.map(({ event }) => event);
  const answers = await lane.ports.reseal({ portalId: portal.id, tenantId: run[0]?.tenantId ?? '', events, notKids });
  if ('refused' in answers) return whenNoKey(lane, portal, answers.refused);
  const [front] = answers;
  // A key that the portal has just refused would come back for ever.
  if (front === undefined || (front.kind === 'sealed' && notKids.includes(front.kid)))
    return whenNoKey(lane, portal, '');
  if (front.kind === 'withheld') {
    const { reason } = front;
    const isSame = (answer: ResealedEvent) => answer.kind === 'withheld' && answer.reason === reason;
    const end = answers.findIndex((answer) => !isSame(answer));
    await giveUp(lane, portal, end === -1 ? run : run.slice(0, end), { kind: 'withheld', reason });
    return undefined;
  }
  const sendable: PlacedEvent[] = [];
  for (const [index, answer] of answers.entries()) {
    const placed = run[index];
    if (placed === undefined || answer.kind !== 'sealed') break;
    sendable.push({ ...placed, event: { ...placed.event, cloudEvent: answer.cloudEvent, kid: answer.kid } });
  }
  return sendable;
}

/** There is no key that the portal could know: what waits stays, and is tried as it is in a while. Notices need no key. */
function whenNoKey(lane: Lane, portal: Portal, refused: string): readonly PlacedEvent[] | undefined {
  if (portal.notices.length > 0) return [];
  const nowMs = lane.clock.now();
  const named = [...portal.unknownKids.keys()].join(', ');
  portal.failures = Math.max(1, portal.failures);
  portal.lastError = 'portal_unknown_key';
  const text =
    named === '' ? 'its key is deleted, and there is no valid one' : `the portal knows no valid key: not ${named}`;
  portal.lastErrorText = refused === '' ? text : `${text}. ${refused}`.slice(0, textLimit);
  portal.nextAttemptAtMs = Math.min(...portal.unknownKids.values(), nowMs + unknownKeyRetryMs);
  lane.changed.add(portal);
  return undefined;
}
