import type {
  Appended,
  ChannelState,
  GuardedFetch,
  Hints,
  Kept,
  LogEntry,
  PlatformMessage,
  SendTools,
} from '@trunkline/adapter-kit';

/** What a connector is lent in a test; what is left out is empty or fails when it is used. */
export interface MemoryToolsOptions {
  readonly fetch?: GuardedFetch;
  readonly state?: ChannelState;
  readonly hints?: Hints;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
  /** Bytes of files by their id; the bytes of others are their id, so that an upload tells which it is. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** The same where there are too many to be listed. */
  readonly fileOf?: (id: string) => Uint8Array;
  /** The platform's ids of messages by ours. */
  readonly known?: Readonly<Record<string, readonly PlatformMessage[]>>;
}

/** Tools of a connector over memory. */
export function createMemoryTools(options: MemoryToolsOptions = {}): SendTools {
  const {
    files,
    fileOf = (id) => Buffer.from(id),
    known = {},
    signal = new AbortController().signal,
    now = Date.now,
  } = options;
  return {
    signal,
    now,
    fetch: options.fetch ?? (() => Promise.reject(new Error('the connector was not expected to call anybody'))),
    state: options.state ?? createMemoryState(now),
    hints: options.hints ?? createMemoryHints(),
    openFile: async ({ id, mimeType, name }) => {
      const bytes = files?.get(id) ?? fileOf(id);
      return { stream: once(bytes), sizeBytes: bytes.length, mimeType, name };
    },
    fileUrl: ({ id }) => `https://files.example/${id}`,
    platformIdsOf: async (messageId) => known[messageId] ?? [],
  };
}

/** What a connector keeps of a channel, in memory, with the promises of the real one. */
export function createMemoryState(now: () => number = Date.now): ChannelState {
  const documents = new Map<string, Kept<unknown> & { readonly expiresAtMs: number }>();
  const logs = new Map<string, LogEntry<unknown>[]>();
  const live = (key: string) => {
    const found = documents.get(key);
    return found !== undefined && found.expiresAtMs > now() ? found : undefined;
  };
  const logOf = (log: string) => {
    const entries = logs.get(log) ?? [];
    logs.set(log, entries);
    return entries;
  };
  return {
    get: async <Value>(key: string): Promise<Kept<Value> | undefined> => {
      const found = live(key);
      return found && { value: structuredClone(found.value) as Value, revision: found.revision };
    },
    put: async (key, value, { ifRevision, expiresAtMs = Number.POSITIVE_INFINITY } = {}) => {
      const revision = live(key)?.revision ?? 0;
      if (ifRevision !== undefined && ifRevision !== revision) return false;
      documents.set(key, { value: structuredClone(value), revision: revision + 1, expiresAtMs });
      return true;
    },
    delete: async (key) => {
      documents.delete(key);
    },
    append: async (log, id, entry): Promise<Appended> => {
      const entries = logOf(log);
      const repeated = entries.find((one) => one.id === id);
      if (repeated !== undefined) return { sequence: repeated.sequence, isRepeat: true };
      const sequence = entries.length + 1;
      entries.push({ sequence, id, entry: structuredClone(entry), atMs: now() });
      return { sequence, isRepeat: false };
    },
    read: async <Entry>(log: string, afterSequence: number, limit: number) =>
      structuredClone(logOf(log).slice(afterSequence, afterSequence + limit)) as LogEntry<Entry>[],
    lastSequence: async (log) => logOf(log).length,
  };
}

/** Hints within one process. */
export function createMemoryHints(): Hints {
  const listeners = new Map<string, Set<(hint: Uint8Array) => void>>();
  return {
    tell: (topic, hint = new Uint8Array()) => {
      for (const listener of [...(listeners.get(topic) ?? [])]) listener(hint);
    },
    listen: (topic, listener, signal) => {
      const others = listeners.get(topic) ?? new Set();
      listeners.set(topic, others.add(listener));
      signal.addEventListener('abort', () => others.delete(listener), { once: true });
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
