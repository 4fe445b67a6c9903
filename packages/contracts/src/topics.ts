import { streams } from './streams.ts';

/**
 * Topic of Kafka that keeps the history of a stream, as AuditRecord: `trunkline.facts.v1`. The connectors share
 * `trunkline.egress.v1` and `trunkline.sends.v1`; a record says which stream it is of. Pure.
 */
export function topicOf(stream: string): string {
  const [kind = ''] = stream.toLowerCase().split('_');
  return `trunkline.${kind}.v1`;
}

/** All topics of an installation. Each has as many partitions as there are lanes: a lane's number is its partition. */
export const topics: readonly string[] = [
  ...[streams.ingress, streams.facts, streams.outbox, streams.deliveries].map(topicOf),
  ...['EGRESS', 'SENDS'].map(topicOf),
];
