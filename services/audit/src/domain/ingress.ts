import { type Command, type HookCall, IngressBatch, IngressItem, ids } from '@trunkline/contracts';
import { type ClearEntry, distinct, entryOf, type Place, type Said } from './entry.ts';
import { mediaOutcome, messageOutcome } from './states.ts';

/** Entries of a message of INGRESS: what entered. Raw bodies and content stay behind. Pure; throws when it is no batch. */
export function ingressEntries(place: Place, data: Uint8Array): ClearEntry[] {
  return IngressBatch.decode(data).items.map((bytes, index) => {
    const item = IngressItem.decode(bytes);
    const { traceparent, receivedAt } = item;
    const at = receivedAt === undefined ? {} : { at: receivedAt };
    const id = ids.at(place.stream, place.sequence, index);
    return { entry: entryOf(place, index, { id, traceparent, ...at, ...saidOf(item) }) };
  });
}

function saidOf({ item }: IngressItem): Said {
  switch (item?.$case) {
    case 'hookCall':
      return hookCall(item.value);
    case 'submission': {
      const { tenantId, idempotencyKey, message } = item.value;
      // The key decides the id; the message itself gets it only from the normalizer.
      const id = ids.message(tenantId, idempotencyKey);
      const conversationId = message?.conversationId ?? '';
      const said = { id, tenantId, conversationId, messageIds: [id] };
      return { kind: 'message.submitted', service: 'normalizer', outcome: 'stored', ...said };
    }
    case 'command':
      return command(item.value);
    case 'sendResult': {
      const { channelId, messageId, platformIds, state, error, attempts } = item.value;
      const said = { channelId, messageIds: distinct([messageId]), platformIds: distinct(platformIds) };
      const outcome = messageOutcome(state, error);
      return { kind: 'send.result', service: 'connector', outcome, attempt: attempts, ...said };
    }
    case 'fileResult': {
      const { channelId, messageId, media } = item.value;
      const outcome = mediaOutcome(media?.state);
      return { kind: 'file.copied', service: 'connector', outcome, channelId, messageIds: distinct([messageId]) };
    }
    case 'timerDue':
      return { kind: 'timer.due', service: item.value.stage, id: item.value.timerId, outcome: 'due' };
    case undefined:
      return { kind: 'item.unreadable', outcome: 'unknown_kind' };
  }
}

function hookCall({ connector, channelId, events, parseError }: HookCall): Said {
  return {
    kind: 'hook.received',
    service: connector,
    channelId,
    messageIds: distinct(events.map(({ id }) => id)),
    platformIds: distinct(events.map(({ platformId }) => platformId)),
    outcome: parseError === '' ? 'stored' : 'malformed',
  };
}

function command({ id, tenantId, command: order }: Command): Said {
  const messageIds = order?.$case === 'resolveUnknown' ? distinct([order.value.messageId]) : [];
  const contactId = order?.$case === 'joinContacts' || order?.$case === 'splitContact' ? order.value.contactId : '';
  return { kind: 'command.received', service: 'normalizer', outcome: 'stored', id, tenantId, contactId, messageIds };
}
