import type { Guard } from './guard-list.ts';

/** The channel queue is the adapter kit's; what makes it sure is the same, and is shown by its own model. */
const queue = '../../../adapter-kit/src/queue';
const model = `${queue}/model/lane.model.test.ts`;

/** Every guard of the channel queue: whatever keeps a client from getting a message twice, late or not at all. */
export const channelGuards: readonly Guard[] = [
  {
    name: 'the mark before a call to the platform',
    file: `${queue}/send-kind.ts`,
    from: 'if (keySecondsOf(parts.connector, send) !== forEver) await tools.mark(order.position);',
    to: '',
    proof: model,
  },
  {
    name: 'the wait for the record that holds the mark',
    file: `${queue}/lane.ts`,
    from: '    care.change(key);\n    await confirm();',
    to: '    care.change(key);',
    proof: model,
  },
  {
    name: 'the doubt about an order that a former owner marked',
    file: `${queue}/channel-queue.ts`,
    from: 'isMarked ? { ...order, doubtSinceMs } : order',
    to: 'order',
    proof: model,
  },
  {
    name: 'the doubt about a held order that a former owner marked',
    file: `${queue}/lane.ts`,
    from: 'await insist(() => held.doubt(sending, doubtSinceMs));',
    to: '',
    proof: model,
  },
  {
    name: 'the question what became of an order before it is sent',
    file: `${queue}/send-kind.ts`,
    from: 'if (former !== undefined) return await finish(parts, order, former, tools);',
    to: '',
    proof: model,
  },
  {
    name: 'that question about an order that comes from the stream',
    file: `${queue}/send-kind.ts`,
    from: 'if (isNew && !makesSomething(send)) return undefined;',
    to: 'if (isNew) return undefined;',
    proof: model,
  },
  {
    name: 'the end of an order that dispatch wrote again at another place',
    file: `${queue}/sent-messages.ts`,
    from: 'return !order.isAgain || ended.result.state !== MessageState.MESSAGE_STATE_UNKNOWN;',
    to: 'return false;',
    proof: model,
  },
  {
    name: 'the result in the collection before it is told',
    file: `${queue}/send-kind.ts`,
    from: 'if (makesSomething(send)) await tools.insist(() => parts.sent.end(order.place, result, conversationPlatformId));',
    to: '',
    proof: model,
  },
  {
    name: 'the telling of a result before its order is over',
    file: `${queue}/send-kind.ts`,
    from: 'await tools.insist(() => parts.report(order.item, result));',
    to: 'setTimeout(() => void parts.report(order.item, result).catch(() => {}), 5);',
    proof: model,
  },
  {
    name: 'the holding of orders before the cursor passes them',
    file: `${queue}/step.ts`,
    from: 'await care.insist(() => held.put(moving));',
    to: 'setTimeout(() => void held.put(moving).catch(() => {}), 5);',
    proof: model,
  },
  {
    name: 'the memory that a former try may have arrived',
    file: `${queue}/step.ts`,
    from: "const isUnsure = ending.kind === 'wait' && (wasTried || ending.isUnsure === true);",
    to: 'const isUnsure = false;',
    proof: model,
  },
  {
    name: 'one order at a time in a conversation',
    file: `${queue}/steps.ts`,
    from: 'if (conversation.isBusy) continue;',
    to: '',
    proof: model,
  },
  {
    name: 'the record that a new owner writes before anything else: the fence',
    file: 'queue/fenced-log.ts',
    from: 'const sequence = await write({ ...build(sinceFull), ...stamp }, head?.sequence ?? 0);',
    to: 'build(sinceFull); const sequence = head?.sequence ?? 0;',
    proof: model,
  },
  {
    name: 'the expected sequence of a record of sending',
    file: 'queue/fenced-log.ts',
    from: '{ expectLastSubjectSequence: expected }',
    to: '{}',
    proof: model,
  },
];
