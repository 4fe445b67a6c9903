import { AuditServiceDefinition, collections, messageStreams, messageSubjects } from '@trunkline/contracts';
import { auditSink, defineService, pause, runSink, workLanes } from '@trunkline/runtime';
import { config } from './config.ts';
import { recordMessages } from './consume/record-stream.ts';
import { allOrNone } from './consume/together.ts';
import { createWriter, mostBytes, mostRecords } from './consume/write-records.ts';
import { auditEvents } from './events.ts';
import { openHistory } from './kafka.ts';
import { follow } from './rpc/follow.ts';
import { openPassport } from './store/passport.ts';
import { openSalts } from './store/salts.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** Nobody waits for history: fuller batches cost Kafka and the database less. */
const lingerMs = 200;
/** Between two writes; what comes after a while in which nothing came is written at once. */
const restMs = 500;

/** Audit: everything on the bus goes to Kafka; the passport finds it again. */
export const audit = defineService({
  name: 'audit',
  config,
  uses: { bus: true, store: true, rpc: true },
  start: async (runtime) => {
    const { config: settings, store, bus, instance, now } = runtime;
    const events = auditEvents(runtime);
    // Kafka may still be starting: whoever needs it waits for it, the service does not.
    const history = openHistory({
      brokers: settings.KAFKA_BROKERS,
      replicas: settings.KAFKA_REPLICAS,
      keepMs: settings.AUDIT_DAYS * dayMs,
      clientId: `trunkline-audit-${instance}`,
      onReachable: events.kafkaReachable,
    });
    runtime.onClose(() => Promise.resolve(history[Symbol.asyncDispose]()));
    const passport = await openPassport(store, settings.AUDIT_DAYS);
    const salts = openSalts(store.collection(collections.audit.salts), now);
    runtime.rpc.addService(AuditServiceDefinition, {
      follow: (request, context) => follow(request, context, { passport, history }),
    });

    const writer = createWriter({ history, passport, rest: () => pause(restMs, runtime.signal) });
    const parts = { writer, salts, master: settings.AUDIT_KEY, unreadable: events.unreadable };
    const streams = messageStreams(settings.CONNECTORS);
    runtime.run('measurements', events.measure(streams, runtime.signal));
    workLanes(runtime, async ({ lane, signal }) => {
      const sinkOf = (stream: string) => (until: AbortSignal) =>
        runSink({
          ...{ bus, lane, stream, signal: until },
          name: auditSink(stream),
          subjects: messageSubjects(stream, lane),
          limits: { lingerMs, items: mostRecords, bytes: mostBytes },
          handle: async (messages) => {
            events.taken(stream, lane, messages[0]?.storedAtMs ?? now());
            await recordMessages({ stream, lane }, messages, parts);
            events.recorded(stream, lane, messages.length);
          },
          onTrouble: (error) => events.waiting(stream, lane, error),
        });
      await allOrNone(streams.map(sinkOf), signal).finally(() => events.left(lane));
    });
  },
});
