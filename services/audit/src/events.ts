import { asTrunklineError, type Runtime } from '@trunkline/runtime';

/** Logs and metrics of audit. */
export interface AuditEvents {
  readonly recorded: (stream: string, messages: number, newestStoredAtMs: number) => void;
  readonly unreadable: (stream: string, sequence: number) => void;
  /** A sink will try again. */
  readonly waiting: (stream: string, lane: number, error: unknown) => void;
  readonly kafkaReachable: (isReachable: boolean, why?: string) => void;
}

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
  const behind = metrics.gauge('trunkline_audit_behind_seconds', 'Age of the newest message when it was recorded.', [
    'stream',
  ]);
  const unreadable = metrics.counter('trunkline_audit_unreadable_total', 'Messages that could not be read.', [
    'stream',
  ]);
  return {
    recorded: (stream, count, newestStoredAtMs) => {
      messages.add(count, { stream });
      behind.set(Math.max(0, now() - newestStoredAtMs) / 1_000, { stream });
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
