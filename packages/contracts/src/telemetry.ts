/**
 * The closed list of metrics: a metric that is not declared here cannot be made. Names end in their unit. What each means
 * stands in `docs/operations.md`.
 */
export const metricNames = [
  // Every service.
  'trunkline_ready',
  'trunkline_degraded',
  'trunkline_http_server_seconds',
  'trunkline_rpc_server_seconds',
  'trunkline_bus_stale_gets_total',
  // Whoever works on lanes.
  'trunkline_lanes_owned',
  'trunkline_lane_owner_changes_total',
  'trunkline_lane_fenced_total',
  'trunkline_lane_alarms_total',
  'trunkline_lane_items_total',
  'trunkline_lane_batch_seconds',
  'trunkline_lane_parked_total',
  // Whoever takes what comes from outside.
  'trunkline_rate_limited_total',
  // Connectors.
  'trunkline_hook_calls_total',
  'trunkline_sends_total',
  'trunkline_send_seconds',
  'trunkline_send_waiting',
  'trunkline_channels',
  'trunkline_channel_tokens_ending',
  'trunkline_drift_total',
  'trunkline_poll_gaps_total',
  // Normalizer.
  'trunkline_normalizer_events_total',
  'trunkline_normalizer_held_events',
  'trunkline_normalizer_items_total',
  'trunkline_channel_imbalance',
  // Sealer.
  'trunkline_unsealed_total',
  'trunkline_key_uses_total',
  'trunkline_overflowed_messages_total',
  // Delivery.
  'trunkline_delivery_oldest_seconds',
  'trunkline_delivery_waiting',
  'trunkline_delivery_portals',
  'trunkline_portal_imbalance',
  'trunkline_delivery_paused_portals',
  'trunkline_delivery_attempts_total',
  'trunkline_delivery_attempt_seconds',
  'trunkline_delivery_events_total',
  'trunkline_delivery_acknowledged_total',
  'trunkline_delivery_streams',
  'trunkline_delivery_replayed_total',
  'trunkline_delivery_batch_events',
  'trunkline_delivery_batch_bytes',
  'trunkline_delivery_given_up_total',
  'trunkline_delivery_paused_total',
  'trunkline_delivery_troubles_total',
  'trunkline_delivery_races_total',
  'trunkline_delivery_expiring_ratio',
  'trunkline_delivery_live_bytes',
  'trunkline_delivery_clock_ahead_seconds',
  'trunkline_overflow_bytes',
  'trunkline_overflow_messages',
  'trunkline_tenant_doors_closed',
  // Audit.
  'trunkline_audit_messages_total',
  'trunkline_audit_behind_seconds',
  'trunkline_audit_unreadable_total',
  // Janitor.
  'trunkline_stream_fullness',
  'trunkline_door_open',
  'trunkline_lane_lag_seconds',
] as const;

/** One of {@link metricNames}. */
export type MetricName = (typeof metricNames)[number];

/**
 * The closed list of spans, one a stage of a message's way: a trace reads from top to bottom. A gRPC method's span is named
 * after the method. Names have no ids in them.
 */
export const spanNames = [
  'hook',
  'portal reply',
  'normalize',
  'dispatch',
  'seal',
  'deliver',
  'receive',
  'send',
  'copy file',
] as const;

/** One of {@link spanNames}, or `<Service>/<Method>`. */
export type SpanName = (typeof spanNames)[number] | `${string}/${string}`;

/** The closed list of spans' attributes: OpenTelemetry's own names first, ours where it has none. */
export const attributeNames = [
  'error.type',
  'http.response.status_code',
  'messaging.batch.message_count',
  // Which try of a portal's batch it is, from 1.
  'trunkline.attempt',
  // Name of the connector that sends.
  'trunkline.connector',
  // `accepted`, or the code of what went wrong.
  'trunkline.outcome',
] as const;

/** One of {@link attributeNames}. */
export type AttributeName = (typeof attributeNames)[number];
