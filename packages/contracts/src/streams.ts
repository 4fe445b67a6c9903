/** Streams of the bus, spelled once. A connector's own streams come from {@link egressStream} and {@link sendsStream}. */
export const streams = {
  ingress: 'INGRESS',
  facts: 'FACTS',
  outbox: 'OUTBOX',
  deliveries: 'DELIVERIES',
  timers: 'TIMERS',
  cursors: 'CURSORS',
} as const;

/** Stream of orders to one connector. */
export function egressStream(connector: string): string {
  return `EGRESS_${connector}`;
}

/** Stream of one connector's records of sending. */
export function sendsStream(connector: string): string {
  return `SENDS_${connector}`;
}

/** Key-value buckets of the bus. */
export const buckets = {
  /** Settings that services watch; keys by {@link directoryKeys}. */
  directory: 'directory',
  /** Leases: `<service>.<lane>`. */
  owners: 'owners',
} as const;

/** Object stores. */
export const objectStores = {
  /** Copies of files that travel in messages. */
  files: 'files',
  /** Bodies of hook calls too large for the bus. */
  bodies: 'bodies',
  /** Sealed messages of portals that held more of the bus than they may. */
  overflow: 'overflow',
} as const;

/** Name of the stream that holds a key-value bucket. Pure. */
export function bucketStream(bucket: string): string {
  return `KV_${bucket}`;
}

/** Name of the stream that holds an object store. Pure. */
export function objectStream(store: string): string {
  return `OBJ_${store}`;
}

/** A lane, or `*` for all lanes: that is how rights and filters over lanes are spelled. */
export type LanePattern = number | '*';

/** Subjects of the bus, spelled once. */
export const subjects = {
  /** Items that entered: IngressBatch. */
  ingress: (lane: LanePattern) => `ingress.${lane}`,
  /** Facts of one stage: Envelope. */
  facts: (lane: LanePattern, stage: string) => `facts.${lane}.${stage}`,
  /** Facts of all stages of a lane. */
  allFacts: (lane: LanePattern) => `facts.${lane}.>`,
  /** Sealed events of one portal: SealedBatch. */
  outbox: (lane: LanePattern, portalId: string) => `outbox.${lane}.${portalId}`,
  /** Sealed events of all portals of a lane. */
  allOutbox: (lane: LanePattern) => `outbox.${lane}.>`,
  /** Position of the sealer: Position. */
  outboxPosition: (lane: LanePattern) => `outpos.${lane}`,
  /** Orders to one channel: EgressBatch. */
  egress: (connector: string, lane: LanePattern, channelId: string) => `egress.${connector}.${lane}.${channelId}`,
  /** Orders to copy files of one channel: EgressBatch. */
  egressFiles: (connector: string, lane: LanePattern, channelId: string) =>
    `egress.${connector}.${lane}.${channelId}.files`,
  /** Orders to all channels of a lane, files too. */
  allEgress: (connector: string, lane: LanePattern) => `egress.${connector}.${lane}.>`,
  /** Position of dispatch for one connector: Position. */
  egressPosition: (connector: string, lane: LanePattern) => `egpos.${connector}.${lane}`,
  /** Attempts and cursors of delivery: DeliveryRecord. */
  deliveries: (lane: LanePattern) => `deliveries.${lane}`,
  /** Attempts and cursors of a connector: SendRecord. */
  sends: (connector: string, lane: LanePattern) => `sends.${connector}.${lane}`,
  /** A due timer, targeted by schedules and sourced into INGRESS. */
  due: (lane: LanePattern) => `due.${lane}`,
  /** One long timer's schedule. */
  timer: (lane: LanePattern, timerId: string) => `timer.${lane}.${timerId}`,
  /** Words between the instances of one connector about a channel: core NATS, never stored. The topic is one token. */
  hint: (connector: string, channelId: string, topic: string) => `push.${connector}.${channelId}.${topic}`,
  /** All of them of one connector. */
  allHints: (connector: string) => `push.${connector}.>`,
  /** Position of a sink, which is named `<service>.<what>`. */
  cursor: (sink: string, lane: LanePattern) => `cursor.${sink}.${lane}`,
  /** Positions of all sinks. */
  allCursors: () => 'cursor.>',
} as const;

/** Keys of the directory bucket. */
export const directoryKeys = {
  tenant: (id: string) => `tenant.${id}`,
  portal: (id: string) => `portal.${id}`,
  channel: (connector: string, id: string) => `channel.${connector}.${id}`,
  connector: (name: string) => `connector.${name}`,
  apiKey: (hash: string) => `apikey.${hash}`,
  /** `open` or `closed`: written by the janitor, watched by every door. */
  room: () => 'room.door',
  /** The same for one tenant, whose portals hold more in the object store than they may: written by delivery. */
  tenantRoom: (tenantId: string) => `room.tenant.${tenantId}`,
  /** The same for one lane, of which nobody can go on reading what enters: written by the normalizer. */
  laneRoom: (lane: LanePattern) => `room.lane.${lane}`,
  /** All of them. */
  allRoom: () => 'room.>',
} as const;

/** Subjects of a lane in a stream of messages: everything in it but positions. Throws for another stream. Pure. */
export function messageSubjects(stream: string, lane: number): readonly string[] {
  const connector = stream.slice(stream.indexOf('_') + 1);
  switch (stream) {
    case streams.ingress:
      return [subjects.ingress(lane), subjects.due(lane)];
    case streams.facts:
      return [subjects.allFacts(lane)];
    case streams.outbox:
      return [subjects.allOutbox(lane)];
    case streams.deliveries:
      return [subjects.deliveries(lane)];
    case egressStream(connector):
      return [subjects.allEgress(connector, lane)];
    case sendsStream(connector):
      return [subjects.sends(connector, lane)];
    default:
      throw new Error(`${stream} is no stream of messages`);
  }
}
