import { type ConversationRef, capabilitiesFor } from '@trunkline/contracts';
import type { Pace } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';

type Paced = Pick<
  Connector,
  'capabilities' | 'capabilitiesByKind' | 'capabilitiesBySubchannel' | 'conversationRate' | 'channelRate'
>;

/** So many seconds' worth of a pace may go at once after a rest. */
const burstSeconds = { channel: 1, conversation: 3 };

/** How fast a channel sends, all in all: by its settings where they say so. Pure. */
export function channelPace({ capabilities, channelRate }: Paced, channel: ChannelAccess | undefined): Pace {
  const perSecond = (channel && channelRate?.(channel.settings)) ?? capabilities.ratePerSecond;
  return { perSecond, burst: perSecond * burstSeconds.channel };
}

/** How fast one conversation is sent to, by what conversations of its kind carry. Pure. */
export function conversationPace(connector: Paced, conversation: ConversationRef | undefined): Pace {
  const carried = carriedIn(connector, conversation);
  const own = conversation && connector.conversationRate?.(conversation);
  const perSecond = own ?? carried.conversationRatePerSecond;
  return { perSecond, burst: carried.conversationBurst || perSecond * burstSeconds.conversation };
}

/** What a conversation carries: rates, and whether a key of ours is known there, may differ by its kind. Pure. */
export function carriedIn(connector: Paced, conversation: ConversationRef | undefined): Connector['capabilities'] {
  const { kind = 0, subchannel = '' } = conversation ?? {};
  return capabilitiesFor(connector, { kind, subchannel }) ?? connector.capabilities;
}
