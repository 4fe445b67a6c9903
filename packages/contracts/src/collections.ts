/** Collections of MongoDB, spelled once, each under the service that alone writes it. */
export const collections = {
  directory: {
    tenants: 'tenants',
    portals: 'portals',
    lines: 'lines',
    channels: 'channels',
    apiKeys: 'api_keys',
    connectors: 'connectors',
    templates: 'channel_templates',
    signIns: 'sign_ins',
    changeTokens: 'directory_change_tokens',
  },
  normalizer: {
    stages: 'normalizer_stages',
    messages: 'messages',
    messageRefs: 'message_refs',
    conversations: 'conversations',
    contacts: 'contacts',
    contactKeys: 'contact_keys',
    identities: 'identities',
    submissions: 'submissions',
    events: 'events',
    holds: 'holds',
    parkedIn: 'parked_in',
  },
  sealer: { keys: 'portal_keys', parked: 'sealer_parked' },
  delivery: {
    undelivered: 'undelivered',
    pauses: 'portal_pauses',
    replays: 'portal_replays',
    checks: 'portal_checks',
    consumers: 'consumers',
    lanes: 'delivery_lanes',
    statuses: 'portal_statuses',
  },
  audit: { passport: 'passport', salts: 'salts' },
  /** Collections that each connector has of its own: the name is prefixed by the connector's. */
  connector: { held: 'held', platformMessages: 'platform_messages', state: 'state', log: 'log', drift: 'drift' },
} as const;

/** Name of a connector's own collection: `telegram_held`. */
export function connectorCollection(connector: string, name: string): string {
  return `${connector}_${name}`;
}
