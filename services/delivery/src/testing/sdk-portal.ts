import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPortal, EventRefused, listener, type Portal } from '@trunkline/portal-sdk';
import { licenceKeyOf } from './stream.ts';

/** A portal that takes its stream by the SDK, as a partner's does. */
export interface SdkPortal extends AsyncDisposable {
  readonly url: string;
  readonly portal: Portal;
  /** Sequences that came for the first time, in order. */
  readonly live: readonly number[];
  /** Replay number and sequence of what came again, in order. */
  readonly again: readonly (readonly [replay: number, sequence: number])[];
  /** The same as `live`, by conversation. */
  readonly byConversation: ReadonlyMap<string, readonly number[]>;
  /** What was not answered with "all taken", other than by `status`. */
  readonly problems: readonly string[];
  /** Most requests that were open at once. */
  readonly mostOpen: number;
  /** How long it takes for a request. */
  delayMs: number;
  /** Conversations of which it takes nothing. */
  readonly closed: Set<string>;
  /** What it was told that will not come. */
  readonly notices: readonly string[];
  /** Statuses that it answers instead of looking at what comes; 0: it is well. */
  status: number;
  /** Ids that it refuses when they come by a replay. */
  readonly refused: Set<string>;
}

/** Starts one. */
export async function startSdkPortal(portalId: string): Promise<SdkPortal> {
  const live: number[] = [];
  const again: [number, number][] = [];
  const notices: string[] = [];
  const problems: string[] = [];
  const byConversation = new Map<string, number[]>();
  const closed = new Set<string>();
  let [openNow, mostOpen] = [0, 0];
  const refused = new Set<string>();
  const portal = createPortal({
    licenceKeys: [licenceKeyOf(portalId)],
    onEvent: ({ sequence, subject = '' }) => {
      if (closed.has(subject)) throw new Error('closed');
      live.push(Number(sequence));
      byConversation.set(subject, [...(byConversation.get(subject) ?? []), Number(sequence)]);
    },
    onProblem: ({ code }) => void problems.push(code),
    onReplay: ({ replay, sequence, id }) => {
      if (refused.has(id)) throw new EventRefused();
      again.push([replay, Number(sequence)]);
    },
    onNotice: ({ notice: { kind, from, to, count } }) =>
      void notices.push(`${kind} ${Number(from)}-${Number(to)}${count === undefined ? '' : ` (${count})`}`),
  });
  const listen = listener(portal);
  const server = createServer((request, response) => {
    openNow += 1;
    mostOpen = Math.max(mostOpen, openNow);
    response.once('close', () => {
      openNow -= 1;
    });
    if (one.status === 0) return void setTimeout(() => void listen(request, response), one.delayMs);
    request.resume();
    response.writeHead(one.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const one: SdkPortal = {
    ...{ url: `http://127.0.0.1:${port}/events`, portal, live, again, notices, refused, status: 0 },
    ...{ problems, byConversation, closed, delayMs: 0 },
    get mostOpen() {
      return mostOpen;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return one;
}
