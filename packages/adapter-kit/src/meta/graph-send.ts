import { z } from 'zod';
import type { Sent } from '../connector.ts';
import { ConnectorError } from '../connector-error.ts';
import type { Tools } from '../tools.ts';
import { callGraph, type GraphCall } from './graph-call.ts';

const doneSchema = z.looseObject({});
const id = z.union([z.int(), z.string().min(1).max(512)]).transform(String);
const sentSchema = z.union([z.object({ message_id: id }), z.object({ id })]);

/**
 * Makes the calls that do an order, in turn: what is a message, or a comment, has an id. Throws as {@link callGraph} does; once there
 * is a message, 'unknown_outcome' alone: a refusal would say that nothing of the order arrived.
 */
export async function sendByGraph(calls: readonly GraphCall[], tools: Pick<Tools, 'fetch'>): Promise<Sent> {
  const platformIds: string[] = [];
  const partly = (error: unknown): never => {
    if (platformIds.length === 0) throw error;
    const words = error instanceof Error ? error.message : 'a call failed';
    throw new ConnectorError('unknown_outcome', `a part of it is there, and then: ${words}`, { cause: error });
  };
  for (const call of calls) {
    if (call.isMessage !== true) await callGraph(doneSchema, call, tools).catch(partly);
    else platformIds.push(...Object.values(await callGraph(sentSchema, call, tools).catch(partly)));
  }
  return { platformIds };
}
