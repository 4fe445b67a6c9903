import type { ChannelAccess } from '../channel.ts';
import { createFetchKind, type FetchParts } from '../queue/fetch-kind.ts';
import type { QueueKind } from '../queue/lane.ts';
import { channelOfQueue } from '../queue/queues.ts';
import { createSendKind, type SendParts } from '../queue/send-kind.ts';
import { createSharedPauses } from '../queue/shared-pauses.ts';
import { withinCall } from '../within-call.ts';
import { hearAccepted } from './health.ts';
import type { LanesParts } from './lanes-parts.ts';
import { lendSendTools, lendTools } from './lent-tools.ts';
import { createTurns } from './turns.ts';
import { webAddress } from './web-address.ts';

const mebibyte = 1024 * 1024;
const probeMs = 20_000;
/** Pictures that may wait to be made fit, and for how long: later they are tried again. */
const pictures = { mostWaiting: 100, longestMs: 60_000 };

/** What each queue of the connector does with its orders: send them, or copy files. */
export function queueKinds(parts: LanesParts): (key: string) => QueueKind {
  const { connector, channels, runtime } = parts;
  const shared = createSharedPauses({ limitKeys: connector.limitKeys, channel: channels.ready, now: runtime.now });
  const sending = { ...sendParts(parts), shared };
  const fetching = { ...fetchParts(parts), shared };
  return (key) => {
    const { channelId, isFiles } = channelOfQueue(key);
    return isFiles ? createFetchKind(fetching, channelId) : createSendKind(sending, channelId);
  };
}

function sendParts(parts: LanesParts): Omit<SendParts, 'shared'> {
  const { runtime, connector, channels, sent, lent, companyHttp, results, health, drift } = parts;
  const { service, tracing, metrics, now, config, files } = runtime;
  const attempts = metrics.counter('trunkline_sends_total', 'Calls that send, by what became of them.', ['outcome']);
  const seconds = metrics.histogram('trunkline_send_seconds', 'Time of a call that sends.');
  return {
    name: service,
    connector,
    sent,
    tracing,
    now,
    settings: {
      timeoutMs: config.SEND_TIMEOUT_SECONDS * 1_000,
      doubtMs: config.SEND_DOUBT_SECONDS * 1_000,
      deniedMs: config.SEND_DENIED_SECONDS * 1_000,
      slots: config.SEND_SLOTS,
    },
    channel: channels.usable,
    toolsOf: (order, channel, signal) => lendSendTools(lent, channel, order, signal),
    report: results.send,
    ownFiles: { httpFor: companyHttp, files, settings: fileSettings(parts) },
    pictures: { connector, files, turns: createTurns(pictures.mostWaiting, pictures.longestMs) },
    reportFile: results.file,
    onAccepted: (channel) => {
      hearAccepted(connector, channels, health)(channel);
      health.calmed(channel, channels.revisionOf(channel));
    },
    isPresent: (channel) => channels.revisionOf(channel) === channels.entry(channel.id)?.revision,
    isStillWell: (channel) => isStillWell(parts, channel),
    onSignedOut: (channel, reason) =>
      health.tell(channel, channels.revisionOf(channel), { state: 'needs_sign_in', reason }),
    onRefusal: (error, channel) => {
      drift.seeError(error);
      if (error.alert !== undefined) health.alarmed(channel, channels.revisionOf(channel), error.alert);
    },
    onAttempt: (outcome, durationMs) => {
      attempts.add(1, { outcome });
      seconds.observe(durationMs / 1_000);
    },
  };
}

/** Whoever cannot be asked is taken at the word that was heard. */
async function isStillWell(
  { connector: { probe }, channels, lent }: LanesParts,
  channel: ChannelAccess,
): Promise<boolean> {
  if (probe === undefined) return false;
  const hookUrl = webAddress(channels.entry(channel.id)?.hookUrl ?? '');
  const asked = withinCall(probeMs, (signal) => probe(channel, hookUrl, lendTools(lent, channel, signal)));
  return await asked.then(
    ({ state }) => state === 'ok' || state === 'degraded',
    () => false,
  );
}

function fileSettings({ runtime: { config } }: LanesParts) {
  return {
    timeoutMs: config.FILE_TIMEOUT_SECONDS * 1_000,
    maxBytes: config.FILE_MAX_MEBIBYTES * mebibyte,
  };
}

function fetchParts(parts: LanesParts): Omit<FetchParts, 'shared'> {
  const { runtime, connector, channels, lent, results } = parts;
  const { files, tracing, now, config } = runtime;
  return {
    connector,
    files,
    tracing,
    now,
    settings: { ...fileSettings(parts), slots: config.FILE_SLOTS },
    channel: channels.usable,
    toolsOf: (channel, signal) => lendTools(lent, channel, signal),
    report: results.file,
  };
}
