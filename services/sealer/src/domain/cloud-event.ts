import { sequenceText } from './chain.ts';

/** What one event of a portal's stream carries outside its seal. */
export interface EventAttributes {
  readonly id: string;
  readonly tenantId: string;
  readonly portalId: string;
  /** `trunkline.message.received.v1`, … */
  readonly type: string;
  /** The conversation; absent for events of a channel or a contact. */
  readonly subject?: string | undefined;
  readonly time: Date;
  readonly sequence: bigint | number;
  /** 32 bytes. */
  readonly chain: Uint8Array;
  readonly traceparent?: string | undefined;
  /** Number of the replay that sends it again. */
  readonly replay?: number | undefined;
}

function attributesOf(event: EventAttributes) {
  return {
    specversion: '1.0',
    id: event.id,
    source: `trunkline/${event.tenantId}/${event.portalId}`,
    type: event.type,
    subject: event.subject,
    time: event.time.toISOString(),
    sequence: sequenceText(event.sequence),
    chain: Buffer.from(event.chain).toString('hex'),
    traceparent: event.traceparent,
    replay: event.replay,
  };
}

/** The CloudEvent of a sealed event as JSON bytes: delivery joins such with commas into a batch and never parses them. */
export function cloudEvent(event: EventAttributes, sealed: string): Buffer {
  // A JWE needs no escaping: put in as it is, only the short attributes go through the serializer.
  const attributes = JSON.stringify(attributesOf(event)).slice(0, -1);
  return Buffer.from(`${attributes},"datacontenttype":"application/jose","data":"${sealed}"}`);
}
