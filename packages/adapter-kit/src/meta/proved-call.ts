import type { ChannelAccess } from '../channel.ts';
import type { GraphCall } from './graph-call.ts';
import { appSecretProof } from './meta-hook.ts';

/** A call below the version of the API; "me" is the account. */
export type AccountCall = Pick<GraphCall, 'path' | 'method' | 'query' | 'body' | 'isMessage'> &
  Partial<Pick<GraphCall, 'refusal' | 'token' | 'root'>>;

/** What says where the API is, and for which app. */
export interface AppSettings {
  readonly apiUrl: string;
  readonly apiVersion: string;
  readonly appId: string;
}

/**
 * A call of an account whose app has a secret: with the account's token unless another is given, and the proof that we know the
 * secret. Throws ConnectorError 'auth_revoked' where a secret is absent. Pure.
 */
export function provedCall(
  { token: other, ...call }: AccountCall,
  channel: ChannelAccess<AppSettings>,
  refusal: GraphCall['refusal'],
): GraphCall {
  const { apiUrl, apiVersion } = channel.settings;
  const token = other ?? channel.secret('token');
  const query = { ...call.query, appsecret_proof: appSecretProof(token, channel.secret('appSecret')) };
  return { refusal, root: `${apiUrl.replace(/\/+$/, '')}/${apiVersion}`, ...call, token, query };
}

/** The token of the app itself. Pure. */
export function appToken({ settings, secret }: Pick<ChannelAccess<AppSettings>, 'settings' | 'secret'>): string {
  return `${settings.appId}|${secret('appSecret')}`;
}
