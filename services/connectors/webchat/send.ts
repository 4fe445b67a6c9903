import { type ChannelAccess, ConnectorError, type SendTools, type Sent } from '@trunkline/adapter-kit';
import type { SendOrder } from '@trunkline/contracts';
import { type Entry, logOf, seenKey } from './entries.ts';
import { operatorHint, visitorTopic } from './hints.ts';
import { messageEntry, shownContent } from './render.ts';
import type { Settings } from './settings.ts';

/** Does one order: writes it into the visitor's log, which every open widget follows, and tells them to look. */
export async function send(order: SendOrder, _channel: ChannelAccess<Settings>, tools: SendTools): Promise<Sent> {
  const visitorId = order.conversation?.platformId ?? '';
  const action = order.message?.action;
  const hint = (bytes?: Uint8Array) => tools.hints.tell(visitorTopic(visitorId), bytes);
  switch (action?.$case) {
    case 'typing':
      hint(operatorHint({ t: 'typing', on: action.value.isOn }));
      return { platformIds: [] };
    case 'read': {
      const upTo = Math.max(0, ...(await seqsOf(action.value.messageId, tools)));
      const former = (await tools.state.get<number>(seenKey(visitorId)))?.value ?? 0;
      if (upTo > former) await tools.state.put(seenKey(visitorId), upTo);
      hint(operatorHint({ t: 'seen', upTo }));
      return { platformIds: [] };
    }
    case 'pressAnswer':
      return { platformIds: [] };
    default: {
      const entry = await entryOf(order, tools);
      // A message of several parts has as many entries; an order done twice has one.
      const id = `out:${order.message?.id}:${order.part}`;
      const { sequence } = await tools.state.append<Entry>(logOf(visitorId), id, entry);
      hint();
      return { platformIds: entry.from === 'operator' && entry.kind === 'message' ? [String(sequence)] : [] };
    }
  }
}

async function entryOf(order: SendOrder, tools: SendTools): Promise<Entry> {
  const message = order.message;
  const action = message?.action;
  switch (action?.$case) {
    case 'message': {
      const { name = '', avatarUrl = '' } = message?.author ?? {};
      const quoted = action.value.reply?.messageId ?? '';
      const [replyTo] = quoted === '' ? [] : await seqsOf(quoted, tools);
      return messageEntry(message?.id ?? '', action.value, { author: { name, avatarUrl }, replyTo }, tools.fileUrl);
    }
    case 'edit': {
      const { messageId, content } = action.value;
      const shown = content ? shownContent(content, tools.fileUrl) : { text: '', marks: [] };
      return {
        from: 'operator',
        kind: 'edit',
        targets: await seqsOf(messageId, tools),
        text: shown.text,
        marks: shown.marks,
      };
    }
    case 'delete': {
      const targets = await Promise.all(action.value.messageIds.map((messageId) => seqsOf(messageId, tools)));
      return { from: 'operator', kind: 'delete', targets: targets.flat() };
    }
    default:
      throw new ConnectorError('unsupported', `A widget cannot do ${action?.$case ?? 'an empty order'}.`);
  }
}

/** Numbers of a message's entries in the log: they are its ids on this platform. */
async function seqsOf(messageId: string, tools: SendTools): Promise<number[]> {
  return (await tools.platformIdsOf(messageId)).map(({ platformId }) => Number(platformId));
}
