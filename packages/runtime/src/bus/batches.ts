/** How much one batch holds, and how long it waits for more. */
export interface BatchLimits {
  readonly items: number;
  readonly bytes: number;
  /** In milliseconds, from its first item. */
  readonly lingerMs: number;
}

/**
 * What comes one by one, as batches in the same order; reads at most one item ahead. Ends with the source, and rejects when
 * it does; leaving the loop ends the source.
 */
export async function* batchesOf<T>(
  source: AsyncIterable<T>,
  sizeOf: (item: T) => number,
  limits: BatchLimits,
): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = () => {
    const asked = iterator.next();
    // Heard when it is awaited, which may be after the batch before it is done.
    asked.catch(() => {});
    return asked;
  };
  try {
    for (let next = ask(); ; ) {
      const first = await next;
      if (first.done === true) return;
      const batch = [first.value];
      let bytes = sizeOf(first.value);
      const endsAt = performance.now() + limits.lingerMs;
      next = ask();
      while (batch.length < limits.items && bytes < limits.bytes) {
        const more = await within(next, endsAt - performance.now());
        if (more === undefined || more.done === true) break;
        batch.push(more.value);
        bytes += sizeOf(more.value);
        next = ask();
      }
      yield batch;
    }
  } finally {
    // Not awaited: a source that waits for its next item would never answer.
    iterator.return?.().catch(() => {});
  }
}

/** Undefined when it takes longer. */
async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, limitMs));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
