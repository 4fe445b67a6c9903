import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendOrder } from '@trunkline/contracts';
import type { ChannelAccess } from '../channel.ts';
import { ConnectorError } from '../connector-error.ts';
import { lendSendTools } from './lent-tools.ts';

const channel = { id: 'ch1' } as ChannelAccess;
const order = SendOrder.fromPartial({
  targets: [{ messageId: 'theirs', platformIds: ['5', '6'], conversationPlatformId: 'anna' }],
});

/** Tools of a connector that keeps one sent message, or cannot read it. */
function tools(isAway = false, targetPart?: number) {
  const kept = ['9', '10'].map((platformId) => ({ platformId, conversationPlatformId: 'anna' }));
  const sent = {
    platformIdsOf: async (channelId: string, messageId: string, part?: number) => {
      if (isAway) throw new Error('the database is away');
      const known = channelId === 'ch1' && messageId === 'ours' ? kept : [];
      return part === undefined ? known : known.slice(part, part + 1);
    },
  };
  return lendSendTools(
    { connector: {}, sent, stateOf: () => ({}) } as never,
    channel,
    { ...order, targetPart },
    new AbortController().signal,
  );
}

test('ids of what came are told by the order, even while the database is away', async () => {
  const all = ['5', '6'].map((platformId) => ({ platformId, conversationPlatformId: 'anna' }));
  assert.deepEqual(await tools(true).platformIdsOf('theirs'), all);
});

test('ids of what was sent are those that the connector keeps of the channel, of the part that the order is about', async () => {
  const ids = async (part?: number) =>
    (await tools(false, part).platformIdsOf('ours')).map(({ platformId }) => platformId);
  assert.deepEqual([await ids(), await ids(1)], [['9', '10'], ['10']]);
  assert.deepEqual(await tools().platformIdsOf('nobody knows it'), []);
  await assert.rejects(
    tools(true).platformIdsOf('ours'),
    (error) => error instanceof ConnectorError && error.code === 'transient',
  );
});
