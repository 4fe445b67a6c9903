/** Makes appends wait for each other. */
export interface AppendQueue<Item> {
  /** Appends items, in order. Resolves when they are written; rejects with what the write rejects with. */
  append(items: readonly Item[]): Promise<void>;
}

/** How much one write carries, and how long the next one waits to carry more. */
export interface AppendLimits<Item> {
  readonly sizeOf: (item: Item) => number;
  readonly mostBytes: number;
  /** So many items are enough for a write. */
  readonly mostItems: number;
  /** What passes between two writes, unless there is enough for the next. */
  readonly rest: () => Promise<void>;
}

interface Waiting<Item> {
  readonly items: readonly Item[];
  readonly bytes: number;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * One write under way at a time; what comes meanwhile goes together in the next, up to a size. So one write carries all
 * lanes, and none can be overtaken by the repeat of another. The first one after a rest goes at once.
 */
export function createAppendQueue<Item>(
  write: (items: readonly Item[]) => Promise<void>,
  { sizeOf, mostBytes, mostItems, rest }: AppendLimits<Item>,
): AppendQueue<Item> {
  const waiting: Waiting<Item>[] = [];
  let isWriting = false;
  let enough = Promise.withResolvers<void>();

  const isEnough = () => {
    const bytes = waiting.reduce((sum, one) => sum + one.bytes, 0);
    const count = waiting.reduce((sum, { items }) => sum + items.length, 0);
    return bytes >= mostBytes || count >= mostItems;
  };
  const take = () => {
    let bytes = 0;
    let items = 0;
    const count = waiting.findIndex((one, index) => {
      bytes += one.bytes;
      items += one.items.length;
      return index > 0 && (bytes > mostBytes || items > mostItems);
    });
    return waiting.splice(0, count < 0 ? waiting.length : count);
  };
  const writeAll = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const taken = take();
      try {
        await write(taken.flatMap(({ items }) => items));
        for (const { done } of taken) done.resolve();
      } catch (error) {
        for (const { done } of taken) done.reject(error);
      }
      enough = Promise.withResolvers();
      if (!isEnough()) await Promise.race([rest(), enough.promise]);
    }
    // In the same turn as the last look at what waits, so that nobody is left waiting.
    isWriting = false;
  };
  return {
    append: async (items) => {
      if (items.length === 0) return;
      const done = Promise.withResolvers<void>();
      waiting.push({ items, bytes: items.reduce((sum, item) => sum + sizeOf(item), 0), done });
      if (isEnough()) enough.resolve();
      // Never rejects: what fails is handed to those who wait.
      if (!isWriting) void writeAll();
      await done.promise;
    },
  };
}
