import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cursor, createPortal } from '../../portal-sdk/src/index.ts';

/** A portal that is slow, takes few events at a time, and is at times too busy. */
export interface WeakReceiver extends AsyncDisposable {
  readonly url: string;
  /** Sequences as they were taken. */
  readonly taken: readonly number[];
  /** What the SDK found wrong: a gap, a swap. */
  readonly problems: readonly string[];
  readonly requests: number;
  /** Most requests that were open at once. */
  readonly mostAtOnce: number;
}

const slowMs = 15;
const takesAtOnce = 7;
/** Each so manieth request is answered 429. */
const busyEvery = 9;

/** Starts one. `now` is its clock, in milliseconds since 1970. */
export async function startWeakReceiver(
  licenceKeys: () => readonly string[],
  now: () => number,
): Promise<WeakReceiver> {
  const taken: number[] = [];
  const problems: string[] = [];
  const state = { open: 0, mostAtOnce: 0, requests: 0 };
  let cursor: Cursor | undefined;
  const server = createServer(async (request, response) => {
    state.requests += 1;
    state.open += 1;
    state.mostAtOnce = Math.max(state.mostAtOnce, state.open);
    response.on('close', () => {
      state.open -= 1;
    });
    const rawBody = await buffer(request);
    await sleep(slowMs);
    if (state.requests % busyEvery === 0) {
      response.writeHead(429, { 'retry-after': '1' }).end();
      return;
    }
    let left = takesAtOnce;
    const portal = createPortal({
      licenceKeys: licenceKeys(),
      now,
      cursor: {
        load: async () => cursor,
        save: async (next) => {
          cursor = next;
        },
      },
      onEvent: ({ sequence }) => {
        if (left === 0) throw new Error('enough for now');
        left -= 1;
        taken.push(Number(sequence));
      },
      onProblem: ({ code }) => {
        if (code !== 'handler_failed') problems.push(code);
      },
    });
    const answer = await portal.handle({ headers: request.headers, rawBody });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    ...{ taken, problems },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get requests() {
      return state.requests;
    },
    get mostAtOnce() {
      return state.mostAtOnce;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
