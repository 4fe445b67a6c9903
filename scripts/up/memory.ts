/**
 * What keeps the memory of a service small, as its image has it too. Left alone, V8 gives a busy process 128 MiB for what is young,
 * and the C library an arena to each of its threads: memory that holds nothing, in each of twenty services.
 */
export const memoryEnvironment: Readonly<Record<string, string>> = {
  NODE_OPTIONS: '--max-semi-space-size=16',
  MALLOC_ARENA_MAX: '2',
};
