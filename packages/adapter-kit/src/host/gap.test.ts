import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelState, type IngressItem } from '@trunkline/contracts';
import { createLogger, TrunklineError } from '@trunkline/runtime';
import { createMemoryState } from '@trunkline/testkit';
import { createHealthTeller } from './health.ts';

const log = createLogger({ service: 'test', instance: 'one', level: 'silent' });
const channel = { id: 'c1', tenantId: 't1', connector: 'sample', accountId: 'a' };

test('that something is lost reaches the portal as a state of the channel with the reason, though the bus refuses at first', async () => {
  const entered: IngressItem[] = [];
  let refusals = 2;
  const enter = async (_lane: number, item: IngressItem) => {
    if (refusals-- > 0) throw new TrunklineError('unavailable', 'full');
    entered.push(item);
    return { sequence: 1, index: 0 };
  };
  const clients = { of: () => ({}) } as never;
  const health = createHealthTeller({
    clients,
    door: { enter },
    stateOf: () => createMemoryState(),
    log,
    now: () => 5_000,
  });
  await health.gap(channel, ChannelState.CHANNEL_STATE_DEGRADED, 'a day is lost');
  const [item] = entered.map(({ item: each }) => each);
  const events = item?.$case === 'hookCall' ? item.value.events : [];
  assert.deepEqual(
    events.map(({ event }) => event?.$case === 'channelState' && event.value),
    [{ state: ChannelState.CHANNEL_STATE_DEGRADED, reason: 'a day is lost' }],
  );
});
