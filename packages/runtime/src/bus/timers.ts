import { JsHeaders, PubHeaders } from '@nats-io/jetstream';
import {
  Envelope,
  Fact,
  factFieldOf,
  factFields,
  IngressBatch,
  IngressItem,
  streams,
  subjects,
} from '@trunkline/contracts';
import { asBuffer } from './group-commit.ts';
import type { LogPort, StoredMessage } from './ports.ts';
import { runSink, type SinkOptions } from './sink.ts';

/** What {@link runTimers} wants. */
export interface TimersOptions extends Pick<SinkOptions, 'bus' | 'lane' | 'signal' | 'onTrouble'> {
  /** The service that runs it: names its position. */
  readonly service: string;
}

/** Names of timers are tokens of subjects. */
const token = /^[A-Za-z0-9_=-]{1,128}$/;

/**
 * The sink of long timers: each `timers.set` fact of a lane becomes a schedule under the timer's id, and setting it again
 * moves it. When it is due the server itself puts an IngressBatch with one TimerDue on `due.<lane>`, up to a quarter of a
 * second late, and INGRESS takes it over; a timer of the past is due at once. After a crash a timer that has fired may fire
 * again: whoever set it must know a due timer that it has seen. Runs under the lane's lease until the signal.
 */
export function runTimers({ service, ...options }: TimersOptions): Promise<void> {
  const { bus, lane, onTrouble } = options;
  return runSink({
    ...options,
    name: `${service}.timers`,
    stream: streams.facts,
    subjects: [subjects.allFacts(lane)],
    handle: async (batch) => {
      for (const fact of batch.flatMap(timerFacts)) await schedule(bus, lane, fact);
    },
    // A timer that is no timer is a mistake of the stage that set it; it was told, and the others go on.
    park: async (_, error) => onTrouble?.(error),
  });
}

function timerFacts({ data }: StoredMessage): Fact[] {
  const { items } = Envelope.decode(data);
  return items.filter((item) => factFieldOf(item) === factFields.timerSet).map((item) => Fact.decode(item));
}

async function schedule(bus: LogPort, lane: number, { fact, traceparent }: Fact): Promise<void> {
  if (fact?.$case !== 'timerSet') return;
  const { timerId, dueAt, payload, stage } = fact.value;
  if (!token.test(timerId) || dueAt === undefined) throw new Error('a timer without a usable id or time was set');
  const value = { timerId, payload, stage };
  const item = IngressItem.encode({ receivedAt: dueAt, traceparent, item: { $case: 'timerDue', value } }).finish();
  await bus.publish(subjects.timer(lane, timerId), IngressBatch.encode({ items: [asBuffer(item)] }).finish(), {
    headers: {
      [PubHeaders.Schedule]: `@at ${dueAt.toISOString()}`,
      [PubHeaders.ScheduleTarget]: subjects.due(lane),
      [JsHeaders.RollupHdr]: JsHeaders.RollupValueSubject,
      // No age of the stream may ever end a schedule.
      [PubHeaders.MessageTTL]: 'never',
    },
  });
}
