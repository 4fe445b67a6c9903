import type { ChannelEvent } from '@trunkline/contracts';
import { backoffMs, type Door, type Logger, pause } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector, RawCall } from '../connector.ts';
import { asConnectorError } from '../connector-error.ts';
import type { SentMessages } from '../queue/sent-messages.ts';
import type { Tools } from '../tools.ts';
import type { Drift } from './drift/drift.ts';
import { enterCall, understand } from './entrance.ts';
import type { Introductions } from './introductions.ts';
import { keepProofs } from './proofs.ts';

/** What polling needs. */
export interface PollParts {
  readonly connector: Connector;
  readonly door: Pick<Door, 'enter'>;
  readonly sent: Pick<SentMessages, 'confirm'>;
  readonly introductions: Introductions;
  readonly drift: Pick<Drift, 'seeBody'>;
  /** Hears what the platform says of the account. Never rejects. */
  readonly onHeard: (channel: ChannelAccess, events: readonly ChannelEvent[]) => Promise<void>;
  readonly log: Logger;
  readonly toolsOf: (channel: ChannelAccess, signal: AbortSignal) => Tools;
  /** The platform has taken the account. */
  readonly onAccepted: (channel: ChannelAccess) => void;
  /** What the platform told meanwhile cannot be fetched any more. Never rejects. */
  readonly onGap: (channel: ChannelAccess, reason: string) => Promise<void>;
  /** The platform no longer accepts the account. */
  readonly onSignedOut: (channel: ChannelAccess, reason: string) => Promise<void>;
}

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/**
 * Fetches the updates of one channel until the signal: each is stored before the next is asked for. Whatever fails is tried
 * again after a pause. Never rejects.
 */
export async function pollChannel(parts: PollParts, channel: ChannelAccess, signal: AbortSignal): Promise<void> {
  const { connector, log } = parts;
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const call of connector.poll?.(channel, parts.toolsOf(channel, signal)) ?? []) {
        parts.onAccepted(channel);
        await enter(parts, channel, call, signal);
        failures = 0;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const failure = asConnectorError(error);
      log.warn('Updates could not be fetched', { channel: channel.id, code: failure.code, error: failure });
      if (failure.isGap) await parts.onGap(channel, failure.message);
      if (failure.code === 'auth_revoked') await parts.onSignedOut(channel, failure.message).catch(() => {});
    }
    failures += 1;
    await pause(backoffMs(failures, firstDelayMs, longestDelayMs, Math.random()), signal);
  }
}

/** The platform takes the next question as a proof that this one is stored: so it is tried until it is. */
async function enter(parts: PollParts, channel: ChannelAccess, call: RawCall, signal: AbortSignal): Promise<void> {
  const { connector, door, log } = parts;
  const parsed =
    connector.hook === undefined
      ? { events: [], parseError: 'unknown_kind' }
      : understand(connector.hook, call, channel);
  const understood = { ...parsed, events: await parts.introductions.complete(channel, parsed.events) };
  const { body: raw, receivedAtMs } = call;
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await enterCall(door, channel, { raw, receivedAtMs, traceparent: undefined, ...understood });
      parts.drift.seeBody(raw);
      await keepProofs({ ...parts, hook: connector.hook }, call, channel);
      void parts.onHeard(channel, understood.events);
      return;
    } catch (error) {
      log.warn('A fetched update could not be stored yet', { channel: channel.id, error });
      await pause(backoffMs(failures, 100, 5_000, Math.random()), signal);
    }
  }
}
