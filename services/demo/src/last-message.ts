import { pause } from '@trunkline/runtime';
import { type Followed, hopsOf, type ShownHop } from './hops.ts';

/** The way of the message that was seen last, whoever wrote it and however far it has come. */
export interface LastMessage {
  /** Undefined before the first. */
  readonly way: Way | undefined;
  /** Typing and read marks pass like messages, and nobody wants to see how: they are not followed. */
  readonly pass: (messageId: string) => void;
  /** Calls with every change until the returned function is called. Nothing is asked while nobody listens. */
  readonly onChange: (listener: (way: Way) => void) => () => void;
}

/** One message and its hops so far, oldest first. */
export interface Way {
  readonly messageId: string;
  readonly isAnswer: boolean;
  readonly hops: readonly ShownHop[];
}

const lookMs = 500;
const written: ReadonlySet<string> = new Set(['messages.received', 'messages.submitted', 'message.submitted']);

/** Watches for all pages together. */
export function watchLastMessage(gatewayUrl: string, apiKey: string, signal: AbortSignal): LastMessage {
  const listeners = new Set<(way: Way) => void>();
  const passed = new Set<string>();
  let way: Way | undefined;
  let isLooking = false;
  // What cannot be asked now is asked again.
  const look = async (followed: Followed) => wayOf(await hopsOf(gatewayUrl, apiKey, followed).catch(() => []));
  const watch = async () => {
    while (listeners.size > 0 && !signal.aborted) {
      const last = await look({ last: true });
      const found = last && passed.has(last.messageId) ? way && (await look({ id: way.messageId })) : last;
      if (found && (found.messageId !== way?.messageId || found.hops.length !== way.hops.length)) {
        way = found;
        for (const listener of listeners) listener(way);
      }
      await pause(lookMs, signal);
    }
    isLooking = false;
  };
  return {
    get way() {
      return way;
    },
    pass: (messageId) => passed.add(messageId),
    onChange: (listener) => {
      listeners.add(listener);
      if (!isLooking) {
        isLooking = true;
        // It ends by itself when the service does.
        watch().catch(() => {
          isLooking = false;
        });
      }
      return () => listeners.delete(listener);
    },
  };
}

function wayOf(hops: readonly ShownHop[]): Way | undefined {
  const message = hops.find(({ kind }) => written.has(kind));
  return message && { messageId: message.id, isAnswer: message.kind !== 'messages.received', hops };
}
