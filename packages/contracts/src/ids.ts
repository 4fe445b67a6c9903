import { hash } from 'node:crypto';

/** Namespace of all our ids; chosen once, never to be changed. */
const namespace = Buffer.from('6f1f1d0e6f0b5d5c9a553f1d1c0a7b11', 'hex');

/** Ids that were made lately: while a message is on its way, the same conversation and person are asked for again and again. */
const made = new Map<string, string>();
const mostMade = 4_096;

/**
 * Makes an id from what it stands for: the same parts always give the same id (UUIDv5, RFC 9562). Nothing random, so what
 * is decided again is the same.
 */
function idOf(kind: string, ...parts: readonly (string | number)[]): string {
  const name = [kind, ...parts].join('\u001f');
  const known = made.get(name);
  if (known !== undefined) return known;
  const id = uuidOf(name);
  if (made.size >= mostMade) made.clear();
  made.set(name, id);
  return id;
}

/**
 * UUIDv5 in our namespace: the first 16 bytes of a SHA-1, with version 5 and variant 10 (RFC 9562, 5.5). Every process makes some
 * of every message, and a text cut to size costs half of what libraries take that go by single bytes.
 */
function uuidOf(name: string): string {
  const hex = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The makers of all our ids. Pure. */
export const ids = {
  /** A channel event, by its channel and the connector's dedupe key. */
  event: (channelId: string, dedupeKey: string) => idOf('event', channelId, dedupeKey),
  /** An outgoing message, by its tenant and the caller's idempotency key. */
  message: (tenantId: string, idempotencyKey: string) => idOf('message', tenantId, idempotencyKey),
  /** A command, by its tenant and the caller's idempotency key. */
  command: (tenantId: string, idempotencyKey: string) => idOf('command', tenantId, idempotencyKey),
  /** Whatever a create of the directory makes, by kind, tenant and the caller's idempotency key. */
  created: (kind: string, tenantId: string, idempotencyKey: string) => idOf('created', kind, tenantId, idempotencyKey),
  /** A file, by its channel and the platform's id of it. */
  media: (channelId: string, platformFileId: string) => idOf('media', channelId, platformFileId),
  /** A conversation, by its channel and the platform's id of it. */
  conversation: (channelId: string, platformId: string) => idOf('conversation', channelId, platformId),
  /** An identity, by its channel and the platform's id of the person. */
  identity: (channelId: string, platformId: string) => idOf('identity', channelId, platformId),
  /** A new contact, by the identity that it was made for. */
  contact: (identityId: string) => idOf('contact', identityId),
  /** The entry that finds a contact by a value that was proved: a phone, a signed user id. */
  contactKey: (tenantId: string, kind: string, value: string) => idOf('contact-key', tenantId, kind, value),
  /** The entry that finds a message by the platform's id of it. */
  messageRef: (channelId: string, conversationPlatformId: string, platformId: string) =>
    idOf('message-ref', channelId, conversationPlatformId, platformId),
  /** The notice that a range of a portal's events will not come. */
  notice: (portalId: string, fromSequence: number, toSequence: number) =>
    idOf('notice', portalId, fromSequence, toSequence),
  /** What has no better key: its place in a stream. */
  at: (stream: string, sequence: number, index: number, output = 0) => idOf('at', stream, sequence, index, output),
} as const;
