import { ChannelState } from '@trunkline/contracts';
import { pause } from '@trunkline/runtime';
import type { LanesParts } from './lanes-parts.ts';

const showEveryMs = 5_000;
/** So long before its end a token counts as ending. */
const endingMs = 7 * 24 * 60 * 60 * 1_000;

/** Names of the states, as metrics have them. */
const states: readonly (readonly [ChannelState, string])[] = [
  [ChannelState.CHANNEL_STATE_OK, 'ok'],
  [ChannelState.CHANNEL_STATE_DEGRADED, 'degraded'],
  [ChannelState.CHANNEL_STATE_NEEDS_SIGN_IN, 'needs_sign_in'],
  [ChannelState.CHANNEL_STATE_BANNED, 'banned'],
  [ChannelState.CHANNEL_STATE_OFF, 'off'],
];

/** Shows how the connector's channels are doing until the service ends; every instance shows all of them. */
export async function showChannels({ runtime, channels }: Pick<LanesParts, 'runtime' | 'channels'>): Promise<void> {
  const { metrics, signal, now } = runtime;
  const count = metrics.gauge('trunkline_channels', 'Channels that are on, by how they are doing.', ['state']);
  const ending = metrics.gauge('trunkline_channel_tokens_ending', 'Channels whose token ends within a week.');
  while (!signal.aborted) {
    const entries = channels.entries();
    for (const [state, name] of states)
      count.set(entries.filter((entry) => entry.state === state).length, { state: name });
    ending.set(entries.filter(({ tokenEndsAt }) => (tokenEndsAt?.getTime() ?? Infinity) < now() + endingMs).length);
    await pause(showEveryMs, signal);
  }
}
