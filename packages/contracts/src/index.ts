export * from './capabilities.ts';
export * from './collections.ts';
export * from './errors.ts';
export * from './fact-kind.ts';
export * from './gen/trunkline/audit/v1/audit_record.ts';
export * from './gen/trunkline/audit/v1/audit_service.ts';
export * from './gen/trunkline/connector/v1/connector_service.ts';
export * from './gen/trunkline/connector/v1/egress.ts';
export * from './gen/trunkline/connector/v1/ingress.ts';
export * from './gen/trunkline/delivery/v1/deliveries.ts';
// By name: each file with a stream has the same name for its answers.
export {
  Backlog,
  DeliveryServiceDefinition,
  GetBacklogRequest,
  ListBacklogsRequest,
  ListBacklogsResponse,
  PauseRequest,
  ResumeRequest,
} from './gen/trunkline/delivery/v1/delivery_service.ts';
export * from './gen/trunkline/delivery/v1/overview.ts';
export {
  AcknowledgeRequest,
  AcknowledgeResponse,
  Consumer,
  ConsumerRole,
  DeleteConsumerRequest,
  DeleteConsumerResponse,
  ListConsumersRequest,
  ListConsumersResponse,
  PortalBatch,
  PortalServiceDefinition,
  SubscribeRequest,
} from './gen/trunkline/delivery/v1/portal_service.ts';
export * from './gen/trunkline/delivery/v1/proofs.ts';
export * from './gen/trunkline/delivery/v1/replays.ts';
export * from './gen/trunkline/directory/v1/directory_entry.ts';
export * from './gen/trunkline/directory/v1/directory_service.ts';
export * from './gen/trunkline/directory/v1/sign_ins.ts';
export * from './gen/trunkline/directory/v1/templates.ts';
export * from './gen/trunkline/message/v1/channel_event.ts';
export * from './gen/trunkline/message/v1/contact_service.ts';
export * from './gen/trunkline/message/v1/content.ts';
export * from './gen/trunkline/message/v1/fact.ts';
export * from './gen/trunkline/message/v1/message_service.ts';
export * from './gen/trunkline/message/v1/outgoing.ts';
export * from './gen/trunkline/message/v1/portal_event.ts';
export * from './gen/trunkline/message/v1/template.ts';
export * from './gen/trunkline/sealing/v1/outbox.ts';
export * from './gen/trunkline/sealing/v1/portal_key.ts';
export * from './gen/trunkline/sealing/v1/sealing_service.ts';
export * from './headers.ts';
export * from './hops.ts';
export * from './ids.ts';
export * from './indexes.ts';
export * from './lanes.ts';
export * from './media.ts';
export * from './rights/mongo-privileges.ts';
export * from './rights/nats-permissions.ts';
export * from './rights.ts';
export * from './streams.ts';
export * from './telemetry.ts';
export * from './topics.ts';
