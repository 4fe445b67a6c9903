import type { ChannelCursor } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';
import type { ChannelQueue } from './channel-queue.ts';
import type { HeldConversation } from './held-store.ts';
import type { RecordSource } from './recorder.ts';
import type { Checkpoint } from './send-log.ts';

/** All queues of a lane: each is made when the first thing to do is met. */
export interface Queues extends RecordSource {
  /** Makes the queues that have held conversations. Called once, before anything arrives. */
  start(): void;
  /** The feed brought a message: it goes to its queue. */
  arrive(message: StoredMessage): void;
  /** A channel changed: whatever it waited for may be there. */
  channelChanged(channelId: string): void;
  /** Orders in memory. */
  waiting(): number;
  /** Starts nothing more; resolves when what is at work has ended. */
  stop(): Promise<void>;
}

/** What a new queue starts from. */
export interface QueueStart {
  readonly key: string;
  readonly stored: ChannelCursor | undefined;
  readonly waiting: readonly HeldConversation[];
}

/** What {@link createQueues} wants. */
export interface QueuesOptions {
  readonly lane: number;
  readonly checkpoint: Checkpoint;
  readonly waiting: readonly HeldConversation[];
  readonly make: (start: QueueStart) => ChannelQueue;
}

/** Makes the queues of a lane that was taken over. Does no input or output before {@link Queues.start}. */
export function createQueues({ lane, checkpoint, waiting, make }: QueuesOptions): Queues {
  const { cursors } = checkpoint;
  const waitingOf = Map.groupBy(waiting, ({ queue }) => queue);
  const open = new Map<string, ChannelQueue>();
  let fedThrough = checkpoint.lowSequence;

  const queueOf = (key: string): ChannelQueue => {
    const queue = open.get(key) ?? make({ key, stored: cursors.get(key), waiting: waitingOf.get(key) ?? [] });
    open.set(key, queue);
    return queue;
  };

  return {
    lane,
    start: () => {
      for (const key of waitingOf.keys()) queueOf(key);
    },
    arrive: (message) => {
      queueOf(queueKeyOf(message.subject)).arrive(message);
      fedThrough = message.sequence;
    },
    channelChanged: (channelId) => {
      open.get(channelId)?.resume();
      open.get(filesQueueOf(channelId))?.resume();
    },
    waiting: () => [...open.values()].reduce((sum, queue) => sum + queue.waiting, 0),
    stop: async () => {
      await Promise.all([...open.values()].map((queue) => queue.stop()));
    },
    cursorOf: (key) => open.get(key)?.snapshot() ?? cursors.get(key),
    queues: () => new Set([...cursors.keys(), ...open.keys()]),
    lowSequence: () =>
      [...open.values()].reduce((low, { doneThrough }) => Math.min(low, doneThrough ?? low), fedThrough),
  };
}

/** Name of the queue of a channel's file orders. Pure. */
export function filesQueueOf(channelId: string): string {
  return `${channelId}.files`;
}

/** Channel of a queue, and whether it is the one of its file orders. Pure. */
export function channelOfQueue(key: string): { readonly channelId: string; readonly isFiles: boolean } {
  const [channelId = '', rest] = key.split('.');
  return { channelId, isFiles: rest === 'files' };
}

/** Queue of a subject: what follows `egress.<connector>.<lane>.`. */
function queueKeyOf(subject: string): string {
  return subject.split('.').slice(3).join('.');
}
