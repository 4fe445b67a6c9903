import { createUsualTime, type UsualTime } from './usual-time.ts';

/** One request that is open. */
export interface OpenRequest {
  /** Aborts when the request is to give way to others. */
  readonly signal: AbortSignal;
  /** It takes too long: from now on it may be aborted to make room. */
  turnSick(): void;
  /** Aborts it at once. */
  abort(): void;
  /** It is over. Safe to repeat. */
  close(): void;
}

/** Bounds the requests that a process has open to all destinations of all lanes. */
export interface RequestGate {
  /**
   * Opens a request, or answers undefined when there is no room. When full, the oldest sick request is aborted for one that
   * is not sick itself.
   */
  open(kind: 'well' | 'sick'): OpenRequest | undefined;
  /** Calls when there is room again after {@link RequestGate.open} gave nothing. Returns what ends it. */
  onRoom(call: () => void): () => void;
  /** How many are open. */
  readonly size: number;
  /** What counts as too long: it follows what accepted requests of the process take. */
  readonly usual: UsualTime;
}

/** Makes a gate; a process has one. */
export function createRequestGate(limit = 256): RequestGate {
  const sick = new Set<() => void>();
  const waiting = new Set<() => void>();
  let size = 0;
  let wasRefused = false;

  const announce = () => {
    if (!wasRefused) return;
    wasRefused = false;
    for (const call of [...waiting]) {
      // Whoever is called first goes to the end, so that the lanes take turns.
      if (waiting.delete(call)) waiting.add(call);
      call();
    }
  };

  return {
    usual: createUsualTime(),
    get size() {
      return size;
    },
    onRoom: (call) => {
      waiting.add(call);
      return () => waiting.delete(call);
    },
    open: (kind) => {
      if (size >= limit) {
        const [oldest] = sick;
        if (oldest === undefined || kind === 'sick') {
          wasRefused = true;
          return undefined;
        }
        // Nobody is told of this room: it is taken in the next line.
        const wasWaitedFor = wasRefused;
        wasRefused = false;
        oldest();
        wasRefused = wasWaitedFor;
      }
      size += 1;
      const aborter = new AbortController();
      let isOpen = true;
      const close = () => {
        if (!isOpen) return;
        isOpen = false;
        size -= 1;
        sick.delete(abort);
        announce();
      };
      // An aborted request counts no more: its socket is destroyed at once.
      const abort = () => {
        close();
        aborter.abort();
      };
      return {
        signal: aborter.signal,
        turnSick: () => {
          if (isOpen) sick.add(abort);
        },
        abort,
        close,
      };
    },
  };
}
