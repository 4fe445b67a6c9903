import type { AnswerMark } from '../answer-mark.ts';
import { answerParent } from '../child.ts';
import { type Platform, startPlatform } from './platform.ts';
import { type SendOptions, type SendResult, send, type Writer } from './send.ts';

/** What the sender is asked. It runs in a process of its own, because its work is the messenger's. */
export type SenderOrders = {
  /** Starts the messenger's side; gives its address. */
  readonly listen: (value: null) => Promise<string>;
  /** Bots by portal name, and how many clients each has: their hooks were told to the messenger's side meanwhile. */
  readonly know: (bots: { readonly tokens: Readonly<Record<string, string>>; readonly clients: number }) => void;
  /** Writes to the portals named; to all when none is. */
  readonly send: (order: SendOptions & { readonly portals: readonly string[] }) => Promise<SendResult>;
  /** Ends what is being sent. */
  readonly stop: (value: null) => void;
  /** How many messages were taken, by portal, ever. */
  readonly written: (value: null) => Readonly<Record<string, number>>;
  /** Marked answers that bots were told to send to clients, in the order in which they came. */
  readonly answers: (value: null) => readonly AnswerMark[];
  /** How many were begun: of each portal one more than were taken, at most. */
  readonly begun: (value: null) => Readonly<Record<string, number>>;
};

const writers = new Map<string, Writer>();
let platform: Platform | undefined;
let ending = new AbortController();

answerParent({
  listen: async () => {
    platform = await startPlatform();
    return platform.url;
  },
  know: ({ tokens, clients }) => {
    for (const [name, token] of Object.entries(tokens)) {
      const hook = platform?.hookOf(token);
      if (hook === undefined) throw new Error(`the bot of ${name} was not connected`);
      const { begun = 0, taken = 0 } = writers.get(name) ?? {};
      writers.set(name, { name, hook, clients, begun, taken });
    }
  },
  send: async ({ portals, ...options }) => {
    ending = new AbortController();
    const chosen = portals.length === 0 ? [...writers.values()] : portals.map(writerOf);
    return await send(chosen, options, ending.signal);
  },
  stop: () => ending.abort(),
  written: () => Object.fromEntries([...writers].map(([name, { taken }]) => [name, taken])),
  answers: () => platform?.answers ?? [],
  begun: () => Object.fromEntries([...writers].map(([name, { begun }]) => [name, begun])),
} satisfies SenderOrders);

function writerOf(name: string): Writer {
  const writer = writers.get(name);
  if (writer === undefined) throw new Error(`there is no portal ${name}`);
  return writer;
}
