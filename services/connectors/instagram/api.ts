import { appSecretProof, type ChannelAccess, callGraph, type GraphCall, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { refusal } from './errors.ts';
import type { Settings } from './settings.ts';

export type Channel = ChannelAccess<Settings>;

/** A call below the version of the API; "me" is the account. */
export type ApiCall = Pick<GraphCall, 'path' | 'method' | 'query' | 'body' | 'isMessage'> &
  Partial<Pick<GraphCall, 'refusal' | 'token' | 'root'>>;

/** What every call has: the account's token unless another is given, and the proof that we know the app's secret. */
export function callOf({ token: other, ...call }: ApiCall, channel: Channel): GraphCall {
  const { apiUrl, apiVersion } = channel.settings;
  const token = other ?? channel.secret('token');
  const query = { ...call.query, appsecret_proof: appSecretProof(token, channel.secret('appSecret')) };
  return { refusal, root: `${apiUrl.replace(/\/+$/, '')}/${apiVersion}`, ...call, token, query };
}

/** Calls the platform and reads its answer by a schema. Throws ConnectorError. */
export async function ask<Shape>(
  schema: z.ZodType<Shape>,
  call: ApiCall,
  channel: Channel,
  tools: Pick<Tools, 'fetch'>,
): Promise<Shape> {
  return await callGraph(schema, callOf(call, channel), tools);
}

/** The token of the app itself. */
export function appToken({ settings, secret }: Channel): string {
  return `${settings.appId}|${secret('appSecret')}`;
}
