import { asTrunklineError, pause, type Runtime } from '@trunkline/runtime';

/** Logs and metrics of audit. */
export interface AuditEvents {
  /** Messages of a lane are in hand: until they are recorded, the stream is behind by the age of the oldest. */
  readonly taken: (stream: string, lane: number, oldestStoredAtMs: number) => void;
  /** What was in hand is recorded. */
  readonly recorded: (stream: string, lane: number, messages: number) => void;
  /** The lane is ours no more: how far it is behind is told by its next owner. */
  readonly left: (lane: number) => void;
  /** Measures every few seconds, until the signal, how far each of the streams is behind. */
  readonly measure: (streams: readonly string[], signal: AbortSignal) => Promise<void>;
  readonly unreadable: (stream: string, sequence: number) => void;
  /** A sink will try again. */
  readonly waiting: (stream: string, lane: number, error: unknown) => void;
  readonly kafkaReachable: (isReachable: boolean, why?: string) => void;
}

const measureEveryMs = 2_000;

/** Makes the logs and metrics; once a service. */
export function auditEvents({
  log,
  metrics,
  health,
  now,
}: Pick<Runtime<unknown>, 'log' | 'metrics' | 'health' | 'now'>): AuditEvents {
  const messages = metrics.counter('trunkline_audit_messages_total', 'Messages of the bus recorded in history.', [
    'stream',
  ]);
  const behind = metrics.gauge(
    'trunkline_audit_behind_seconds',
    'Age of the oldest message that is not recorded yet.',
    ['stream'],
  );
  const unreadable = metrics.counter('trunkline_audit_unreadable_total', 'Messages that could not be read.', [
    'stream',
  ]);
  /** Of each lane, by stream, when the oldest message in hand was stored. */
  const inHand = new Map<number, Map<string, number>>();
  return {
    taken: (stream, lane, oldestStoredAtMs) => {
      const ofLane = inHand.get(lane) ?? new Map<string, number>();
      inHand.set(lane, ofLane.set(stream, oldestStoredAtMs));
    },
    left: (lane) => {
      inHand.delete(lane);
    },
    measure: async (streams, signal) => {
      while (!signal.aborted) {
        for (const stream of streams) {
          const oldestMs = Math.min(now(), ...[...inHand.values()].map((ofLane) => ofLane.get(stream) ?? now()));
          behind.set((now() - oldestMs) / 1_000, { stream });
        }
        await pause(measureEveryMs, signal);
      }
    },
    recorded: (stream, lane, count) => {
      inHand.get(lane)?.delete(stream);
      messages.add(count, { stream });
      log.debug('Messages recorded', { stream, messages: count });
    },
    unreadable: (stream, sequence) => {
      unreadable.add(1, { stream });
      log.error('A message of the bus cannot be read: a person must look', { stream, sequence });
    },
    waiting: (stream, lane, error) => {
      // A server that is away is told once, by health.
      const { code } = asTrunklineError(error);
      if (code === 'unavailable') log.debug('Recording waits for a server', { stream, lane });
      else log.warn('Messages could not be recorded and are tried again', { stream, lane, code, error });
    },
    kafkaReachable: (isReachable, why) =>
      health.set('kafka', isReachable ? undefined : `Kafka does not answer: ${why}`),
  };
}
