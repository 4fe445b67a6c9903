import type { ChannelAccess } from '../channel.ts';
import type { Connector } from '../connector.ts';
import type { PauseScope, SharedScope } from '../connector-error.ts';

/** Until when what several channels share must not be called: an app, an account. */
export interface SharedPauses {
  /** The platform has told one of the channels so. */
  pause(channel: ChannelAccess, scope: SharedScope, untilMs: number): void;
  /** Until when a channel waits for what it shares, in milliseconds since 1970; 0: it does not. */
  untilMs(channelId: string): number;
}

/** What {@link createSharedPauses} wants. */
export interface SharedPausesOptions {
  readonly limitKeys: Connector['limitKeys'];
  readonly channel: (channelId: string) => ChannelAccess | undefined;
  readonly now: () => number;
}

/** Makes an empty set, in memory: whoever works on another channel elsewhere hears it by a refusal of its own. */
export function createSharedPauses({ limitKeys, channel, now }: SharedPausesOptions): SharedPauses {
  const pauses = new Map<string, number>();
  const nameOf = (scope: string, key: string) => `${scope} ${key}`;
  const forgetOver = () => {
    for (const [name, untilMs] of pauses) if (untilMs <= now()) pauses.delete(name);
  };
  return {
    pause: (paused, scope, untilMs) => {
      const key = limitKeys?.(paused)[scope];
      if (key === undefined) return;
      forgetOver();
      pauses.set(nameOf(scope, key), Math.max(untilMs, pauses.get(nameOf(scope, key)) ?? 0));
    },
    untilMs: (channelId) => {
      // Asked before each call: mostly nothing is paused.
      const found = pauses.size === 0 ? undefined : channel(channelId);
      const keys = (found && limitKeys?.(found)) ?? {};
      return Math.max(0, ...Object.entries(keys).map(([scope, key]) => pauses.get(nameOf(scope, key)) ?? 0));
    },
  };
}

/** Pauses what a wait is about beyond the queue; gives what it is about in the queue. */
export function pausedIn(
  { scope, delayMs }: { readonly scope: PauseScope; readonly delayMs: number },
  channel: ChannelAccess,
  { shared, now }: { readonly shared: SharedPauses; readonly now: () => number },
): 'conversation' | 'channel' {
  if (scope === 'conversation' || scope === 'channel') return scope;
  shared.pause(channel, scope, now() + delayMs);
  return 'channel';
}
