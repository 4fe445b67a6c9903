import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ChannelAccess, ConfirmedSend, Connector, HookAnswer, RawCall, Tools } from '@trunkline/adapter-kit';
import type { ChannelEvent } from '@trunkline/contracts';
import { createMemoryTools } from './memory-tools.ts';

/** A hook that verifies, parses and answers as the host does, and keeps what it understood instead of storing it. */
export async function startHookDouble<Settings>(
  { hook }: Pick<Connector<Settings>, 'hook'>,
  channel: ChannelAccess<Settings>,
  tools: Tools = createMemoryTools(),
) {
  const events: ChannelEvent[] = [];
  const confirmed: ConfirmedSend[] = [];
  const statuses: number[] = [];
  const refusals: number[] = [];
  const take = async (call: RawCall): Promise<HookAnswer> => {
    if ((await hook?.verify(call, channel, tools)) !== true) return { status: 401 };
    events.push(...(hook?.parse(call, channel) ?? []));
    confirmed.push(...(hook?.confirms?.(call, channel) ?? []));
    return (await hook?.answer?.(call, channel, tools)) ?? { status: 200 };
  };
  const server = createServer(async (request, response) => {
    const { method = '', headers } = request;
    const query = Object.fromEntries(new URL(request.url ?? '/', 'http://hook').searchParams);
    const call = { method, path: '', query, headers: headers as Record<string, string>, receivedAtMs: Date.now() };
    const body = await buffer(request);
    const refusal = method === 'POST' ? refusals.shift() : undefined;
    const said: HookAnswer = refusal === undefined ? await take({ ...call, body }) : { status: refusal };
    if (method === 'POST') statuses.push(said.status);
    response.writeHead(said.status).end(said.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks/${channel.connector}/${channel.id}`,
    /** What came, in order; what it proved; what each call was answered. */
    ...{ events, confirmed, statuses },
    /** Answers of the next calls, before it works as it should. */
    refusals,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
