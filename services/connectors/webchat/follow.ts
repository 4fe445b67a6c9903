import type { Socket } from '@trunkline/adapter-kit';
import { type Entry, logOf } from './entries.ts';
import type { ServerFrame } from './frames.ts';
import { seenUpTo, takeReceipt, type VisitorOf } from './take.ts';

/** Follows a visitor's log for one socket, and tells the company how far it is shown and read. */
export interface Follower {
  /** Sends what comes after the cursor, until the socket closes. */
  readonly follow: (cursor: number) => Promise<void>;
  /** There is something to look for. */
  readonly wake: () => void;
  /** The visitor has read up to here. */
  readonly read: (upTo: number) => void;
}

const pageSize = 100;
/** Hints may be lost: the log is looked into now and then all the same. */
const lookMs = 10_000;

/** Makes the follower; nothing happens until it follows. */
export function createFollower(socket: Socket, of: VisitorOf, say: (frame: ServerFrame) => Promise<void>): Follower {
  let wake = () => {};
  const ended = closed(socket.signal);
  const receipts = { delivered: { upTo: 0, told: 0 }, read: { upTo: 0, told: 0 } };
  /** What cannot be told now is told at the next look: there may be no later message to tell it with. */
  const tellReceipts = async () => {
    for (const state of ['delivered', 'read'] as const) {
      const { upTo, told } = receipts[state];
      if (upTo <= told) continue;
      const isTold = await takeReceipt(state, upTo, of).then(passed, failed);
      if (isTold) receipts[state].told = upTo;
    }
  };
  return {
    follow: async (cursor) => {
      await say({ t: 'seen', upTo: await seenUpTo(of) });
      let after = cursor;
      while (!socket.signal.aborted) {
        const next = Promise.withResolvers<void>();
        wake = next.resolve;
        const sent = await sendLog(after, of, say);
        receipts.delivered.upTo = sent;
        await tellReceipts();
        const isMore = sent - after >= pageSize;
        after = sent;
        if (isMore) continue;
        const timer = setTimeout(next.resolve, lookMs);
        await Promise.race([next.promise, ended]);
        clearTimeout(timer);
      }
    },
    wake: () => wake(),
    read: (upTo) => {
      receipts.read.upTo = Math.max(receipts.read.upTo, upTo);
      wake();
    },
  };
}

/** Sends a page of the log; gives the number of the last entry sent. */
async function sendLog(after: number, of: VisitorOf, say: (frame: ServerFrame) => Promise<void>): Promise<number> {
  const { host, channel, visitorId } = of;
  const entries = await host.tools(channel).state.read<Entry>(logOf(visitorId), after, pageSize);
  for (const { sequence, entry, atMs } of entries) await say({ t: 'event', seq: sequence, at: atMs, event: entry });
  return entries.at(-1)?.sequence ?? after;
}

function closed(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

const passed = () => true;
const failed = () => false;
