import { type ChannelEvent, ChannelState as Contract, DirectoryServiceDefinition, Origin } from '@trunkline/contracts';
import { backoffMs, type Door, type Logger, pause, type RpcClients } from '@trunkline/runtime';
import type { ChannelAccess, ChannelRef } from '../channel.ts';
import type { Connector, Health } from '../connector.ts';
import { channelEvent, orderByTime } from '../event.ts';
import type { ChannelState } from '../tools.ts';
import { createAlarms } from './alarms.ts';
import type { Channels } from './channels.ts';
import { enterCall } from './entrance.ts';
import { type HeardNews, nothingHeard, rememberNews, worthOf } from './news.ts';

/** States as the contracts name them. */
export const healthStates: Readonly<Record<Health['state'], Contract>> = {
  ok: Contract.CHANNEL_STATE_OK,
  degraded: Contract.CHANNEL_STATE_DEGRADED,
  needs_sign_in: Contract.CHANNEL_STATE_NEEDS_SIGN_IN,
  banned: Contract.CHANNEL_STATE_BANNED,
  off: Contract.CHANNEL_STATE_OFF,
};

/** Tells how a channel is doing. */
export interface HealthTeller {
  /** Tells the directory and, where its state has changed, the channel's portal. Never rejects: it is told again. */
  readonly tell: (channel: ChannelRef, revision: number, health: Health) => Promise<void>;
  /**
   * Hears what the platform said of the account by an event, which the portal gets anyway: fresh bad news are told to the
   * directory, after all others the account is asked, and its answer counts. Never rejects.
   */
  readonly heard: (channel: ChannelAccess, revision: number, events: readonly ChannelEvent[]) => Promise<void>;
  /**
   * Hears of a refusal that a person has to look after: the channel is degraded, whatever the account itself is found to be, until
   * something is sent again. Remembered in memory: whoever takes the channel over hears it by the next refusal. Does not wait.
   */
  readonly alarmed: (channel: ChannelRef, revision: number, words: string) => void;
  /** Something was sent. Does not wait. */
  readonly calmed: (channel: ChannelRef, revision: number) => void;
  /**
   * Tells the channel's portal that something is lost, beside how the channel is, which does not change by it. Never rejects: what
   * cannot be stored now is tried a few times, and is in the log.
   */
  readonly gap: (channel: ChannelRef, state: Contract, reason: string) => Promise<void>;
}

/** What {@link createHealthTeller} wants. */
export interface HealthParts {
  readonly clients: RpcClients;
  readonly door: Pick<Door, 'enter'>;
  readonly stateOf: (channelId: string) => ChannelState;
  /** Has the account asked at once by whoever asks it; undefined: nobody can be asked. Never throws. */
  readonly askNow?: ((channelId: string) => void) | undefined;
  readonly log: Logger;
  readonly now: () => number;
}

/** An account that the platform takes. */
export const well: Health = { state: 'ok', reason: '' };

/**
 * Hears that the platform has just taken the account. Where it has no probe, nobody else would say that signing in again is
 * not needed any more. Does not wait.
 */
export function hearAccepted(
  { probe }: Pick<Connector, 'probe'>,
  channels: Pick<Channels, 'entry'>,
  health: Pick<HealthTeller, 'tell'>,
): (channel: ChannelAccess) => void {
  return (channel) => {
    const entry = probe === undefined ? channels.entry(channel.id) : undefined;
    if (entry?.state === Contract.CHANNEL_STATE_NEEDS_SIGN_IN) void health.tell(channel, entry.revision, well);
  };
}

/** Where the connector keeps which change its portal was told last; no connector's own key begins so. */
const toldKey = '~health told';
/** And the news of its account that it heard. */
const heardKey = '~news heard';
const timeoutMs = 5_000;
const gapTries = 10;

/** Makes the teller. */
export function createHealthTeller({ clients, door, stateOf, askNow, log, now }: HealthParts): HealthTeller {
  const directory = clients.of(DirectoryServiceDefinition, 'directory');
  const report = async (request: Parameters<typeof directory.reportHealth>[0]) =>
    await directory.reportHealth(request, { signal: AbortSignal.timeout(timeoutMs) });
  const alarms = createAlarms();
  const tell = async (channel: ChannelRef, revision: number, health: Health) => {
    const { state, reason, tokenEndsAtMs, secrets = {} } = alarms.over(channel.id, health);
    const tokenEndsAt = tokenEndsAtMs === undefined ? undefined : new Date(tokenEndsAtMs);
    const told = { channelId: channel.id, revision, state: healthStates[state], reason, tokenEndsAt };
    const answer = await report({ ...told, secrets: { ...secrets } });
    const kept = stateOf(channel.id);
    const last = (await kept.get<number>(toldKey))?.value ?? 0;
    if (answer.stateNumber <= last) return;
    // A crash before it is kept tells the same once more: the event has the same id.
    await enterState(door, channel, answer, now());
    await kept.put(toldKey, answer.stateNumber);
  };
  const hear = async (channel: ChannelRef, revision: number, event: ChannelEvent, { state, reason }: StateNews) => {
    const kept = stateOf(channel.id);
    const news = { ...event, state };
    const heard = (await kept.get<HeardNews>(heardKey))?.value ?? nothingHeard;
    const worth = worthOf(news, heard, now(), askNow !== undefined);
    try {
      if (worth === 'repeated') return;
      await report({ ...{ channelId: channel.id, revision, state, reason }, isTold: true, isPast: worth === 'past' });
      await kept.put(heardKey, rememberNews(heard, news, now()));
    } finally {
      // After the directory knows what the portal heard: what is found now is news to it.
      if (worth !== 'now') askNow?.(channel.id);
    }
  };
  const notYet = (channel: ChannelRef) => (error: unknown) => {
    log.warn('How a channel is doing could not be told yet', { channel: channel.id, error });
  };
  const gap = async (channel: ChannelRef, state: Contract, reason: string) => {
    const atMs = now();
    const event = stateEvent(channel, { state, reason, dedupeKey: `gap:${atMs}` }, atMs);
    for (let tries = 1; ; tries += 1) {
      try {
        return await enterEvent(door, channel, event, atMs);
      } catch (error) {
        if (tries === gapTries) throw error;
        await pause(backoffMs(tries, 200, 5_000, Math.random()), AbortSignal.timeout(timeoutMs));
      }
    }
  };
  const told: HealthTeller['tell'] = (channel, revision, health) =>
    tell(channel, revision, health).catch(notYet(channel));
  return {
    alarmed: (channel, revision, words) => {
      if (alarms.raise(channel.id, words)) void told(channel, revision, well);
    },
    calmed: (channel, revision) => {
      if (alarms.end(channel.id)) void (askNow ? askNow(channel.id) : told(channel, revision, well));
    },
    gap: (channel, state, reason) => gap(channel, state, reason).catch(notYet(channel)),
    tell: told,
    heard: async (channel, revision, events) => {
      for (const event of events) {
        if (event.event?.$case !== 'channelState') continue;
        await hear(channel, revision, event, event.event.value).catch(notYet(channel));
      }
    },
  };
}

interface StateNews {
  readonly state: Contract;
  readonly reason: string;
}

interface News extends StateNews {
  readonly stateNumber: number;
}

async function enterState(
  door: Pick<Door, 'enter'>,
  channel: ChannelRef,
  { state, reason, stateNumber }: News,
  nowMs: number,
): Promise<void> {
  const event = stateEvent(channel, { state, reason, dedupeKey: `channel_state:${stateNumber}` }, nowMs);
  await enterEvent(door, channel, event, nowMs);
}

function stateEvent(
  channel: ChannelRef,
  { state, reason, dedupeKey }: StateNews & { readonly dedupeKey: string },
  nowMs: number,
): ChannelEvent {
  const event = { $case: 'channelState', value: { state, reason } } as const;
  const about = { origin: Origin.ORIGIN_SYSTEM, order: orderByTime(nowMs), conversation: undefined };
  return channelEvent(channel, { receivedAtMs: nowMs }, { ...about, dedupeKey, event });
}

async function enterEvent(
  door: Pick<Door, 'enter'>,
  channel: ChannelRef,
  event: ChannelEvent,
  receivedAtMs: number,
): Promise<void> {
  const entering = { raw: new Uint8Array(), receivedAtMs, traceparent: undefined, events: [event], parseError: '' };
  await enterCall(door, channel, entering);
}
