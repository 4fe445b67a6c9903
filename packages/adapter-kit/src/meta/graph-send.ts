import { z } from 'zod';
import type { Sent } from '../connector.ts';
import type { Tools } from '../tools.ts';
import { callGraph, type GraphCall } from './graph-call.ts';

const doneSchema = z.looseObject({});
const id = z.union([z.int(), z.string().min(1).max(512)]).transform(String);
const sentSchema = z.union([z.object({ message_id: id }), z.object({ id })]);

/** Makes the calls that do an order, in turn: what is a message, or a comment, has an id. Throws as {@link callGraph} does. */
export async function sendByGraph(calls: readonly GraphCall[], tools: Pick<Tools, 'fetch'>): Promise<Sent> {
  const platformIds: string[] = [];
  for (const call of calls) {
    if (call.isMessage !== true) await callGraph(doneSchema, call, tools);
    else platformIds.push(...Object.values(await callGraph(sentSchema, call, tools)));
  }
  return { platformIds };
}
