import { type ChannelAccess, type ConnectorHost, refusal } from '@trunkline/adapter-kit';
import type { Settings } from './settings.ts';
import type { VisitorOf } from './take.ts';
import { channelOfToken, readToken } from './token.ts';

/** The visitor whose token this is; undefined for a token that is not valid. */
export function visitorOf(host: ConnectorHost<Settings>, token = ''): VisitorOf | undefined {
  const channel: ChannelAccess<Settings> | undefined = host.channel(channelOfToken(token));
  const session = channel && readToken(token, channel.secret('session_key'), host.now());
  return channel && session && { host, channel, visitorId: session.visitorId };
}

/** The same, but a token that is not valid is refused. */
export function requireVisitor(host: ConnectorHost<Settings>, token: string | undefined): VisitorOf {
  const of = visitorOf(host, token);
  if (of) return of;
  throw refusal('unauthenticated', 'The token is not valid: open a session.');
}
