import type { Tools } from '@trunkline/adapter-kit';

const minuteMs = 60_000;
/** Tries to count while others of the same name are counted: whoever keeps to the protocol makes one call at a time. */
const triesMax = 20;

/** What is counted, and how many of it a minute takes. */
export interface PerMinute {
  readonly key: string;
  readonly most: number;
}

interface Counted {
  readonly minute: number;
  readonly calls: number;
}

/** Counts one more. 0: it is taken; else how many seconds to wait. What comes at the same moment is counted one by one. */
export async function secondsToWait({ key, most }: PerMinute, { state, now }: CountTools): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const atMs = now();
    const minute = Math.floor(atMs / minuteMs);
    const endsAtMs = (minute + 1) * minuteMs;
    const kept = await state.get<Counted>(key);
    const calls = kept?.value.minute === minute ? kept.value.calls + 1 : 1;
    if (calls > most) return Math.ceil((endsAtMs - atMs) / 1_000);
    const options = { ifRevision: kept?.revision ?? 0, expiresAtMs: endsAtMs };
    if (await state.put(key, { minute, calls }, options)) return 0;
  }
  return 1;
}

type CountTools = Pick<Tools, 'state' | 'now'>;
