import { createHash } from 'node:crypto';
import { type ChannelAccess, ConnectorError, hmacHex } from '@trunkline/adapter-kit';
import type { ConversationRef } from '@trunkline/contracts';
import type { Settings } from './settings.ts';

/** Who writes: the line, or a partner that has joined it. */
export type Side = 'line' | 'partner';

/** Secrets of a channel: `code` is given by a person, the others are made by `connect`. */
export const secretNames = {
  code: 'code',
  /** A line: makes its codes and its partners' keys, and is never told. A partner: makes its name; its line alone sees it. */
  own: 'own',
  /** Address of the channel's own hook: answers come there. */
  ownUrl: 'ownUrl',
  /** Of a partner: address of the line, and the key that both hold. */
  lineUrl: 'lineUrl',
  key: 'key',
} as const;

/** How the only conversation of a partner's channel is called. */
export const lineConversation = 'line';

/** Where and as whom a channel writes. */
export interface Route {
  readonly side: Side;
  readonly from: string;
  readonly to: string;
  readonly url: string;
  readonly key: string;
}

/** A channel with a code has joined a line. */
export function sideOf(channel: ChannelAccess): Side {
  return channel.optionalSecret(secretNames.code) ? 'partner' : 'line';
}

/** A partner's name follows from its own secret: nobody else can take it. Pure. */
export function partnerName(own: string): string {
  return createHash('sha256').update(own).digest('base64url').slice(0, 22);
}

/** The key that a line and one of its partners hold. Pure. */
export function partnerKey(own: string, partner: string): string {
  return hmacHex('sha256', own, Buffer.from(`partner ${partner}`));
}

/** Proof of a call: over the raw bytes. Pure. */
export function signatureOf(key: string, body: Uint8Array): string {
  return hmacHex('sha256', key, body);
}

/** The way to whom a conversation is with. Throws ConnectorError 'recipient_invalid' for one that leads nowhere. */
export function routeTo(conversation: ConversationRef | undefined, channel: ChannelAccess<Settings>): Route {
  const { platformId = '', resumeToken = '' } = conversation ?? {};
  const own = channel.secret(secretNames.own);
  if (sideOf(channel) === 'partner') {
    const words = `a channel that joined a line has one conversation: "${lineConversation}"`;
    if (platformId !== lineConversation) throw new ConnectorError('recipient_invalid', words);
    return lineRoute(channel);
  }
  const words = 'nobody has joined under this name: whoever is to be written to joins the line first';
  if (resumeToken === '') throw new ConnectorError('recipient_invalid', words);
  if (channel.settings.refused.includes(platformId))
    throw new ConnectorError('recipient_blocked', 'this partner is refused by the settings of the line');
  const key = partnerKey(own, platformId);
  return { side: 'line', from: channel.id, to: platformId, url: resumeToken, key };
}

/** The way from a partner to its line. Throws ConnectorError 'auth_revoked' before it has joined. */
export function lineRoute(channel: ChannelAccess<Settings>): Route {
  const url = channel.secret(secretNames.lineUrl);
  const from = partnerName(channel.secret(secretNames.own));
  return { side: 'partner', from, to: lastPartOf(url), url, key: channel.secret(secretNames.key) };
}

/**
 * How a line knows a company again that joins it, and no other line does: a company joins a line once, and none of its own. Pure.
 */
export function companyMark(tenantId: string, line: string): string {
  return hmacHex('sha256', tenantId, Buffer.from(line)).slice(0, 32);
}

/** Id of the line, or of a channel, at the end of its address. Pure. */
export function lastPartOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
