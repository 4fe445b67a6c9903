import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Microseconds of processor that each process has used until now, by name. */
export type CpuTimes = ReadonlyMap<string, number>;

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Reads user and system time of processes from /proc (proc(5), fields 14 and 15 of stat); those that have ended are left out. */
export function readCpu(pids: ReadonlyMap<string, number>): CpuTimes {
  const times = new Map<string, number>();
  for (const [name, pid] of pids) {
    try {
      // The program's name stands in brackets and may hold anything.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      times.set(name, ((Number(fields[11]) + Number(fields[12])) * 1e6) / ticksPerSecond);
    } catch {
      // Gone: what it used is not known any more.
    }
  }
  return times;
}

/** What was used between two readings. Pure. */
export function usedCpu(before: CpuTimes, after: CpuTimes): Map<string, number> {
  return new Map([...after].map(([name, time]) => [name, time - (before.get(name) ?? 0)]));
}

/** Megabytes of memory that a process holds now; 0 when it has ended. */
export function memoryMb(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
