import type { SendOrder } from '@trunkline/contracts';
import { type Tracing, TrunklineError } from '@trunkline/runtime';
import type { ChannelAccess } from '../channel.ts';
import type { Connector, Sent } from '../connector.ts';
import { asConnectorError, ConnectorError } from '../connector-error.ts';
import type { GuardedFetch, SendTools } from '../tools.ts';
import { withinCall } from '../within-call.ts';

/** What doing an order on the platform needs. */
export interface WatchedParts {
  readonly name: string;
  readonly connector: Pick<Connector, 'send'>;
  readonly tracing: Tracing;
  readonly settings: { readonly timeoutMs: number };
  readonly toolsOf: (order: SendOrder, channel: ChannelAccess, signal: AbortSignal) => SendTools;
}

/** An order that is to be done now. */
export interface WatchedOrder {
  readonly send: SendOrder;
  readonly channel: ChannelAccess;
  readonly traceparent: string;
}

/** Does an order within its time, and watches whether anything was written. Rejects with ConnectorError: {@link failureOf}. */
export async function sendWatched({ send, channel, traceparent }: WatchedOrder, parts: WatchedParts): Promise<Sent> {
  const { connector, tracing, settings, name } = parts;
  if (connector.send === undefined) throw new ConnectorError('unsupported', 'nothing can be sent in this channel');
  const { send: sendNow } = connector;
  const attributes = { 'trunkline.connector': name };
  const watch = { hasWritten: false };
  const run = async (signal: AbortSignal) => {
    const tools = parts.toolsOf(send, channel, signal);
    return await sendNow(send, channel, { ...tools, fetch: watched(tools.fetch, watch) });
  };
  try {
    return await tracing.span('send', { parent: traceparent, kind: 'client', attributes }, () =>
      withinCall(settings.timeoutMs, run),
    );
  } catch (error) {
    throw failureOf(error, watch.hasWritten);
  }
}

/** A fetch that notes when the platform is asked for anything that a person may see. */
export function watched(fetch: GuardedFetch, watch: { hasWritten: boolean }): GuardedFetch {
  return async (url, request = {}) => {
    const method = request.method ?? (request.body === undefined ? 'GET' : 'POST');
    if (request.isRepeatable !== true && method !== 'GET') watch.hasWritten = true;
    return await fetch(url, request);
  };
}

/**
 * What ended a send. Before anything was written nobody can have got anything: trouble of our own (files, database, time) is then
 * 'transient'. What the connector says, and what a mistake of it throws, stands as it is. Pure.
 */
export function failureOf(error: unknown, hasWritten: boolean): ConnectorError {
  if (hasWritten || !(error instanceof TrunklineError)) return asConnectorError(error);
  return new ConnectorError('transient', `nothing was sent yet: ${error.message}`, { cause: error });
}
