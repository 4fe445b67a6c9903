import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { headers } from '@trunkline/contracts';
import { Webhook } from 'standardwebhooks';

/** What a portal sees of an event without opening it. */
export interface ReceivedEvent {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly strand?: string;
  readonly previous?: string;
  readonly data?: unknown;
}

/** A request that a portal got: its CloudEvents, and what was in its headers. */
export interface Received {
  readonly events: readonly ReceivedEvent[];
  readonly traceparent: string | undefined;
  /** True if its signature is the portal's own, as the standard's library judges it. */
  readonly isSigned: boolean;
}

/** What a portal does with a request; undefined: it took all. */
export type Behaviour = (received: Received, response: ServerResponse) => unknown;

/** A portal over real HTTP that behaves as it is told. */
export interface TestPortal extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Everything that came, whatever was answered. */
  readonly received: readonly Received[];
  /** Sequences that were taken, in the order in which they came for the first time. */
  readonly taken: readonly number[];
  /** Sequences that came again after they were taken. */
  readonly repeats: readonly number[];
  behave(behaviour?: Behaviour): void;
  take(received: Received, count?: number): void;
}

/** Starts a portal. */
export async function startPortal(signingKey: Uint8Array): Promise<TestPortal> {
  const received: Received[] = [];
  const taken: number[] = [];
  const repeats: number[] = [];
  const webhook = new Webhook(Buffer.from(signingKey).toString('base64'));
  let behaviour: Behaviour | undefined;

  const take = ({ events }: Received, count = events.length) => {
    for (const { sequence } of events.slice(0, count)) (taken.includes(sequence) ? repeats : taken).push(sequence);
  };
  const server = createServer((request, response) => {
    void read(request, webhook).then(async (one) => {
      received.push(one);
      if (behaviour !== undefined) await behaviour(one, response);
      else {
        take(one);
        response.writeHead(204).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}/events`, port, received, taken, repeats, take },
    behave: (next) => {
      behaviour = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage, webhook: Webhook): Promise<Received> {
  const body = await text(request);
  const given = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const events = (JSON.parse(body) as (Omit<ReceivedEvent, 'sequence'> & { sequence: string })[]).map((event) => ({
    ...event,
    sequence: Number(event.sequence),
  }));
  return { events, traceparent: given[headers.traceparent], isSigned: isSigned(webhook, body, given) };
}

function isSigned(webhook: Webhook, body: string, given: Record<string, string>): boolean {
  try {
    webhook.verify(body, given);
    return true;
  } catch {
    return false;
  }
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  more: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body));
}
