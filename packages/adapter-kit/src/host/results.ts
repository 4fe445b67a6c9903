import {
  type ChannelEvent,
  ChannelState,
  type EgressItem,
  type FileResult,
  type IngressItem,
  laneOf,
  Origin,
  type SendResult,
} from '@trunkline/contracts';
import type { Door } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import { channelEvent, orderByTime } from '../event.ts';
import { enterCall } from './entrance.ts';

/** Tells at the door what became of orders and channels. */
export interface Results {
  readonly send: (order: EgressItem, result: SendResult) => Promise<void>;
  readonly file: (order: EgressItem, result: FileResult) => Promise<void>;
  /** The platform no longer accepts the account. Told once for each state of the channel's settings. */
  readonly signedOut: (channel: ChannelAccess, revision: number, reason: string) => Promise<void>;
}

/** Makes the teller. Each call resolves once it is stored. */
export function createResults(door: Pick<Door, 'enter'>, now: () => number): Results {
  const told = new Map<string, number>();
  const enter = async ({ tenantId, traceparent }: EgressItem, item: IngressItem['item']) => {
    await door.enter(laneOf(tenantId), { receivedAt: new Date(now()), traceparent, item });
  };
  return {
    send: (order, result) => enter(order, { $case: 'sendResult', value: result }),
    file: (order, result) => enter(order, { $case: 'fileResult', value: result }),
    signedOut: async (channel, revision, reason) => {
      if (told.get(channel.id) === revision) return;
      const event = signedOutEvent(channel, revision, reason, now());
      const raw = new Uint8Array();
      const entering = { raw, receivedAtMs: now(), traceparent: undefined, events: [event], parseError: '' };
      await enterCall(door, channel, entering);
      told.set(channel.id, revision);
    },
  };
}

function signedOutEvent(channel: ChannelAccess, revision: number, reason: string, nowMs: number): ChannelEvent {
  return channelEvent(
    channel,
    { receivedAtMs: nowMs },
    {
      origin: Origin.ORIGIN_SYSTEM,
      dedupeKey: `channel_state:needs_sign_in:${revision}`,
      order: orderByTime(nowMs),
      conversation: undefined,
      event: { $case: 'channelState', value: { state: ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN, reason } },
    },
  );
}
