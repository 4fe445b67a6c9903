import { ChannelState } from '@trunkline/contracts';
import { createRequestGate, type LaneLease, pause, type Runtime, realScheduler, workLanes } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import { createHeldStore } from '../queue/held-store.ts';
import { runSendLane, type SendLaneParts } from '../queue/lane.ts';
import type { Queues } from '../queue/queues.ts';
import type { Channels } from './channels.ts';
import type { HostConfig } from './config.ts';
import { hearAccepted } from './health.ts';
import { queueKinds } from './kinds.ts';
import type { LanesParts } from './lanes-parts.ts';
import { lendTools } from './lent-tools.ts';
import { type PollParts, pollChannel } from './poll.ts';
import { runPolling } from './polling.ts';
import { type ProbingParts, runProbing } from './probing.ts';
import { showChannels } from './show-channels.ts';

/** Sends, copies files and polls for the channels of every lane that this instance owns, until the service ends. */
export function workOnLanes(parts: LanesParts): void {
  const { runtime, connector, channels } = parts;
  const { directory } = runtime;
  const open = new Map<number, Queues>();
  const isOwnWord = watchOwnWords(channels);
  directory.onChange(({ kind, id }) => {
    if (kind !== 'channel' || isOwnWord(id)) return;
    for (const queues of open.values()) queues.channelChanged(id);
  });
  const sending = sendLaneParts(parts);
  const polling = pollParts(parts);
  const poll = (channel: ChannelAccess, signal: AbortSignal) => pollChannel(polling, channel, signal);

  const probing = probingParts(parts);

  workLanes(runtime, async (lease: LaneLease) => {
    const ended = new AbortController();
    const signal = AbortSignal.any([lease.signal, ended.signal]);
    const isBesideHook = connector.pollsBesideHook === true;
    const polls =
      connector.poll === undefined
        ? undefined
        : runPolling({ channels, directory, isBesideHook, poll }, lease.lane, signal);
    const probes = runProbing(probing, lease.lane, signal);
    try {
      await runSendLane(sending, lease, (queues) => open.set(lease.lane, queues));
    } finally {
      ended.abort();
      open.delete(lease.lane);
      await Promise.all([polls, probes]);
    }
  });
  runtime.run('waiting orders', showWaiting(runtime, open));
  runtime.run('states of channels', showChannels(parts));
}

/**
 * Whether of a channel nothing changed but our own word that it is degraded: then it waits for the same as before. Tried at once, a
 * number that its platform has just paused would be paused for longer.
 */
function watchOwnWords(channels: Pick<Channels, 'entry' | 'entries'>): (channelId: string) => boolean {
  const { CHANNEL_STATE_OK: ok, CHANNEL_STATE_DEGRADED: degraded } = ChannelState;
  const known = new Map(channels.entries().map((entry) => [entry.id, entry]));
  return (channelId) => {
    const former = known.get(channelId);
    const entry = channels.entry(channelId);
    if (entry === undefined) known.delete(channelId);
    else known.set(channelId, entry);
    if (entry === undefined || former?.revision !== entry.revision) return false;
    return entry.state === degraded && (former.state === ok || former.state === degraded);
  };
}

function sendLaneParts(parts: LanesParts): SendLaneParts {
  const { service, bus, store, log, now } = parts.runtime;
  return {
    connector: service,
    bus,
    held: createHeldStore(store, service),
    scheduler: { ...realScheduler, now },
    gate: createRequestGate(),
    kindOf: queueKinds(parts),
    onTrouble: (error, fields) => log.warn('Sending is in trouble and is tried again', { ...fields, error }),
  };
}

function pollParts(parts: LanesParts): PollParts {
  const { runtime, connector, channels, door, sent, introductions, drift, lent, health } = parts;
  const gaps = runtime.metrics.counter(
    'trunkline_poll_gaps_total',
    'How often what a platform told was lost before it was fetched.',
  );
  gaps.add(0);
  return {
    connector,
    door,
    sent,
    introductions,
    drift,
    log: runtime.log,
    toolsOf: (channel, signal) => lendTools(lent, channel, signal),
    onAccepted: hearAccepted(connector, channels, health),
    onHeard: (channel, events) => health.heard(channel, channels.entry(channel.id)?.revision ?? 0, events),
    onGap: async (channel, reason) => {
      gaps.add(1);
      await health.gap(channel, channels.entry(channel.id)?.state || ChannelState.CHANNEL_STATE_OK, reason);
    },
    onSignedOut: (channel, reason) =>
      health.tell(channel, channels.revisionOf(channel), { state: 'needs_sign_in', reason }),
  };
}

/** Where nobody can be asked, it is looked so often whether somebody has signed in again; a change is looked at soon. */
const withoutProbeMs = 60 * 60 * 1_000;

function probingParts({ runtime, connector, channels, lent, health }: LanesParts): ProbingParts {
  const { probe } = connector;
  const { now, config } = runtime;
  const toolsOf = (channel: ChannelAccess, signal: AbortSignal) => lendTools(lent, channel, signal);
  const everyMs = probe === undefined ? withoutProbeMs : config.PROBE_SECONDS * 1_000;
  return { probe, channels, toolsOf, health, everyMs, now, hints: lent.hints };
}

const showEveryMs = 5_000;

async function showWaiting({ metrics, signal }: Runtime<HostConfig>, open: ReadonlyMap<number, Queues>): Promise<void> {
  const gauge = metrics.gauge('trunkline_send_waiting', 'Orders in memory that wait or are at work.');
  while (!signal.aborted) {
    gauge.set([...open.values()].reduce((sum, queues) => sum + queues.waiting(), 0));
    await pause(showEveryMs, signal);
  }
}
