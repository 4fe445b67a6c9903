import { sinkProblem } from '../load/sink-address.ts';
import { wholeNumber } from '../load/whole-number.ts';

/** Flags as they were typed. */
export type RawFlags = Partial<
  Record<'only' | 'runs' | 'portals' | 'messages' | 'rate' | 'sync' | 'sink' | 'chart', string>
> & {
  readonly quick?: boolean | undefined;
};

/** What is measured. */
export interface BenchPlan {
  readonly parts: ReadonlySet<string>;
  readonly runs: number;
  readonly portals: number;
  /** Messages a run of the whole way and of a pair. */
  readonly messages: number;
  readonly latencyPerSecond: number;
  readonly latencySeconds: number;
  readonly troubleSeconds: number;
  readonly burst: number;
  readonly many: number;
  /** Hook calls of each connector a run. */
  readonly hookCalls: number;
  readonly sync: 'default' | 'always';
  readonly sink: string | undefined;
  readonly chart: string | undefined;
}

const allParts = ['pairs', 'whole', 'latency', 'trouble', 'many', 'hooks', 'idle'];
/** Too slow for a quick look: half a minute of quiet, ten thousand portals to make, and thirty calls that wait for their hold one after the other. */
const slowParts = ['idle', 'many', 'hooks'];
/** What needs our own judge: a receiver that is not ours can be neither switched to misbehave nor asked. */
const ownJudgeOnly = ['pairs', 'trouble', 'many', 'hooks'];

/** Reads the flags; a text says what is wrong with them. Pure. */
export function planOf(flags: RawFlags): BenchPlan | string {
  const isQuick = flags.quick === true;
  const usual = isQuick
    ? { runs: 1, portals: 100, messages: 3_000, latencySeconds: 5, troubleSeconds: 5, burst: 300, hookCalls: 30 }
    : {
        runs: 5,
        portals: 1_000,
        messages: 20_000,
        latencySeconds: 20,
        troubleSeconds: 15,
        burst: 3_000,
        hookCalls: 200,
      };
  const parts = new Set(flags.only?.split(',') ?? allParts.filter((part) => !(isQuick && slowParts.includes(part))));
  const unknown = [...parts].find((part) => !allParts.includes(part));
  if (unknown !== undefined) return `--only ${unknown} is not known: say some of ${allParts.join(', ')}`;
  const { sync = 'default', sink, chart } = flags;
  if (sync !== 'default' && sync !== 'always') return `--sync ${sync} is not known: say default or always`;
  const wrong = sinkProblem(sink);
  if (wrong !== undefined) return wrong;
  const runs = wholeNumber(flags.runs, usual.runs, 20);
  const portals = wholeNumber(flags.portals, sink === undefined ? usual.portals : 1, 20_000);
  const messages = wholeNumber(flags.messages, usual.messages, 1_000_000);
  const latencyPerSecond = wholeNumber(flags.rate, 600, 100_000);
  if (runs === undefined || portals === undefined || messages === undefined || latencyPerSecond === undefined)
    return '--runs (1–20), --portals (1–20,000), --messages (1–1,000,000) and --rate (1–100,000) are whole numbers';
  if (sink !== undefined) for (const part of ownJudgeOnly) parts.delete(part);
  return { ...usual, parts, runs, portals, messages, latencyPerSecond, many: 10_000, sync, sink, chart };
}
