import type { StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import {
  bucketStream,
  buckets,
  egressStream,
  objectStores,
  objectStream,
  sendsStream,
  streams,
  subjects,
} from '@trunkline/contracts';

/** What the streams of an installation follow from. */
export interface BusPlan {
  /** Names of the installed connectors. */
  readonly connectors: readonly string[];
  /** Room on disk for the whole bus, in bytes; 4 GiB by default. Shared out below. */
  readonly busBytes?: number;
  /** Copies of everything: 1 for one server, 3 for a cluster; 1 by default. */
  readonly replicas?: number;
}

/** One stream as it should be. */
export type WantedStream = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects' | 'max_bytes'>;

/** A lease that nobody renewed is gone after this long, in milliseconds. */
export const leaseMs = 5_000;

const duplicateWindowMs = 10 * 60 * 1_000;

/**
 * Parts of the bus's room. OUTBOX > FACTS > INGRESS: what has come further has more room, so that a full bus is full at the
 * door. Each connector adds its own two.
 */
const share = {
  outbox: 0.28,
  facts: 0.22,
  ingress: 0.14,
  deliveries: 0.04,
  timers: 0.03,
  cursors: 0.01,
  egress: 0.02,
  sends: 0.01,
  directory: 0.02,
  owners: 0.01,
  files: 0.1,
  bodies: 0.04,
  overflow: 0.08,
};

/** -1 would still be held to the server's default of 1,000; every feed is one, and whatever is left of lost ones. */
const mostConsumers = 10_000;

/** All streams of an installation, buckets and object stores included. Pure. */
export function busTable({ connectors, busBytes = 4 * 1024 ** 3, replicas = 1 }: BusPlan): readonly WantedStream[] {
  const stream = (name: string, kinds: readonly string[], part: keyof typeof share): WantedStream => ({
    name,
    subjects: [...kinds],
    max_bytes: Math.floor(busBytes * share[part]),
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_age: 0,
    max_consumers: mostConsumers,
    allow_direct: true,
    num_replicas: replicas,
  });
  const { ingress, facts, outbox, deliveries, timers, cursors } = streams;
  return [
    stream(outbox, [subjects.allOutbox('*'), subjects.outboxPosition('*')], 'outbox'),
    stream(facts, [subjects.allFacts('*')], 'facts'),
    timersStream(stream(timers, [subjects.timer('*', '*'), subjects.due('*')], 'timers')),
    {
      ...stream(ingress, [subjects.ingress('*')], 'ingress'),
      duplicate_window: nanos(duplicateWindowMs),
      sources: [{ name: timers, filter_subject: subjects.due('*') }],
    },
    stream(deliveries, [subjects.deliveries('*')], 'deliveries'),
    { ...stream(cursors, [subjects.allCursors()], 'cursors'), max_msgs_per_subject: 1 },
    ...connectors.flatMap((name) => [
      stream(egressStream(name), [subjects.allEgress(name, '*'), subjects.egressPosition(name, '*')], 'egress'),
      stream(sendsStream(name), [subjects.sends(name, '*')], 'sends'),
    ]),
    bucket(stream(bucketStream(buckets.directory), [`$KV.${buckets.directory}.>`], 'directory')),
    leasesStream(bucket(stream(bucketStream(buckets.owners), [`$KV.${buckets.owners}.>`], 'owners'))),
    objects(stream(objectStream(objectStores.files), objectSubjects(objectStores.files), 'files')),
    objects(stream(objectStream(objectStores.bodies), objectSubjects(objectStores.bodies), 'bodies')),
    objects(stream(objectStream(objectStores.overflow), objectSubjects(objectStores.overflow), 'overflow')),
  ];
}

/** Schedules are refused in a stream that refuses what is new. */
function timersStream(stream: WantedStream): WantedStream {
  return { ...stream, discard: 'old', allow_msg_schedules: true, allow_msg_ttl: true, allow_rollup_hdrs: true };
}

function bucket(stream: WantedStream): WantedStream {
  return { ...stream, max_msgs_per_subject: 1, allow_rollup_hdrs: true };
}

function leasesStream(stream: WantedStream): WantedStream {
  return { ...stream, max_age: nanos(leaseMs), duplicate_window: nanos(leaseMs) };
}

function objects(stream: WantedStream): WantedStream {
  return { ...stream, allow_rollup_hdrs: true };
}

function objectSubjects(store: string): readonly string[] {
  return [`$O.${store}.C.>`, `$O.${store}.M.>`];
}
