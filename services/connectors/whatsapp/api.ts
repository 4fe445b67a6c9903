import { type ChannelAccess, callGraph, type GraphCall, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { refusal } from './errors.ts';
import type { Settings } from './settings.ts';

export type Channel = ChannelAccess<Settings>;

/** A call below the version of the API. */
export type ApiCall = Pick<GraphCall, 'path' | 'method' | 'query' | 'body' | 'isMessage'>;

/** What every call of a channel has. */
export function callOf(call: ApiCall, channel: Channel): GraphCall {
  const { apiUrl, apiVersion } = channel.settings;
  return { ...call, root: `${apiUrl.replace(/\/+$/, '')}/${apiVersion}`, token: channel.secret('token'), refusal };
}

/** Calls the platform and reads its answer by a schema. Throws ConnectorError. */
export async function ask<Shape>(schema: z.ZodType<Shape>, call: ApiCall, channel: Channel, tools: Tools) {
  return await callGraph(schema, callOf(call, channel), tools);
}
