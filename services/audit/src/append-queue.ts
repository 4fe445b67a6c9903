/** Makes appends wait for each other. */
export interface AppendQueue<Item> {
  /** Appends items, in order; gives where each of them stands. Rejects with what the write rejects with. */
  append(items: readonly Item[]): Promise<number[]>;
}

interface Waiting<Item> {
  readonly items: readonly Item[];
  readonly bytes: number;
  readonly done: PromiseWithResolvers<number[]>;
}

/**
 * One write under way at a time; what comes meanwhile goes together in the next, up to a size. So one write carries all
 * lanes, and none can be overtaken by the repeat of another.
 */
export function createAppendQueue<Item>(
  write: (items: readonly Item[]) => Promise<number[]>,
  { sizeOf, mostBytes }: { readonly sizeOf: (item: Item) => number; readonly mostBytes: number },
): AppendQueue<Item> {
  const waiting: Waiting<Item>[] = [];
  let isWriting = false;

  const take = () => {
    let bytes = 0;
    const count = waiting.findIndex((one, index) => {
      bytes += one.bytes;
      return index > 0 && bytes > mostBytes;
    });
    return waiting.splice(0, count < 0 ? waiting.length : count);
  };
  const writeAll = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const taken = take();
      try {
        const places = await write(taken.flatMap(({ items }) => items));
        let from = 0;
        for (const { items, done } of taken) {
          done.resolve(places.slice(from, from + items.length));
          from += items.length;
        }
      } catch (error) {
        for (const { done } of taken) done.reject(error);
      }
    }
    // In the same turn as the last look at what waits, so that nobody is left waiting.
    isWriting = false;
  };
  return {
    append: async (items) => {
      if (items.length === 0) return [];
      const done = Promise.withResolvers<number[]>();
      waiting.push({ items, bytes: items.reduce((sum, item) => sum + sizeOf(item), 0), done });
      // Never rejects: what fails is handed to those who wait.
      if (!isWriting) void writeAll();
      return await done.promise;
    },
  };
}
