/** Processor time of this process while something runs, in milliseconds: what a busy machine does beside it does not count. */
export function processorMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
