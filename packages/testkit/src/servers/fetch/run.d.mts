/**
 * Runs a program to its end and returns its exit code and the last lines of its output, both streams together.
 * Does not throw when the program fails; resolves with code -1 when there is no such program.
 */
export declare function run(
  command: string,
  args: string[],
  options: { signal: AbortSignal; env?: NodeJS.ProcessEnv; cwd?: string; onLine?: (line: string) => void },
): Promise<{ code: number; lines: string[] }>;
