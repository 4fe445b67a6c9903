import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What this process held while something was done, in MiB. */
export interface MemoryUsed {
  /** Resident, all that the machine gives to the process. */
  readonly beforeMib: number;
  readonly mostMib: number;
  readonly afterMib: number;
  /** Objects that are still in use, counted after their garbage was collected. */
  readonly heldBeforeMib: number;
  readonly heldAfterMib: number;
}

const everyMs = 50;
const mib = (bytes: number) => Math.round(bytes / 2 ** 20);

/** Watches the memory of this process until `stop`. Collects the garbage of whatever came before, so that it does not count. */
export function watchMemory() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { rss: before, heapUsed: heldBefore } = process.memoryUsage();
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, everyMs);
  return {
    stop: (): MemoryUsed => {
      clearInterval(watching);
      collect();
      const { rss, heapUsed } = process.memoryUsage();
      return {
        ...{ beforeMib: mib(before), mostMib: mib(most), afterMib: mib(rss) },
        ...{ heldBeforeMib: mib(heldBefore), heldAfterMib: mib(heapUsed) },
      };
    },
    [Symbol.dispose]: () => clearInterval(watching),
  };
}
