/** Headers of bus messages, gRPC metadata and HTTP, spelled once. */
export const headers = {
  /** Bus: position of the last item of a keyed log's message, `<sequence>.<index>`. */
  position: 'Trunkline-Position',
  /** Bus: head of a keyed log's key after the message: the portal's sequence. */
  sequence: 'Trunkline-Sequence',
  /** Bus: what a portal's stream weighs up to and with the message: StreamTotals, `<bytes>.<overflowed bytes>.<messages>.<counted from>`. */
  totals: 'Trunkline-Totals',
  /** Bus: size of the object that holds the message whole; absent where the message itself does. */
  overflow: 'Trunkline-Overflow',
  /** gRPC metadata between services: who calls, `<service>:<token>`. */
  innerToken: 'x-trunkline-inner',
  /** gRPC metadata from the gateway: the caller's tenant; `*` for an administrator. */
  tenant: 'x-trunkline-tenant',
  /** gRPC metadata and HTTP from partners: `authorization: Bearer <API key>`. */
  authorization: 'authorization',
  /** W3C trace context. */
  traceparent: 'traceparent',
  /** HTTP to and from portals: Standard Webhooks, the id of the batch. */
  webhookId: 'webhook-id',
  /** HTTP to and from portals: Standard Webhooks, when it was signed, in seconds. */
  webhookTimestamp: 'webhook-timestamp',
  /** HTTP to and from portals: Standard Webhooks, `v1,<base64>`, one for each valid key, separated by spaces. */
  webhookSignature: 'webhook-signature',
} as const;
