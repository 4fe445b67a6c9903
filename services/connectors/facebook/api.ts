import {
  type AccountCall,
  type ChannelAccess,
  callGraph,
  type GraphCall,
  provedCall,
  type Tools,
} from '@trunkline/adapter-kit';
import type { z } from 'zod';
import { refusal } from './errors.ts';
import type { Settings } from './settings.ts';

export type Channel = ChannelAccess<Settings>;

/** What every call has. */
export function callOf(call: AccountCall, channel: Channel): GraphCall {
  return provedCall(call, channel, refusal);
}

/** Calls the platform and reads its answer by a schema. Throws ConnectorError. */
export async function ask<Shape>(
  schema: z.ZodType<Shape>,
  call: AccountCall,
  channel: Channel,
  tools: Pick<Tools, 'fetch'>,
): Promise<Shape> {
  return await callGraph(schema, callOf(call, channel), tools);
}
