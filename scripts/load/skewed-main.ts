// Runs one service with a clock that is wrong by so many milliseconds: `skewed-main.ts <service> <milliseconds> [<of servers>]`. Whoever asks this
// process for the time gets the wrong one, however they ask: the clock is changed before anything of the service is loaded.
import { skewDate } from './skewed-date.ts';

const [service = '', offsetMs = '0', serversOffsetMs = '0'] = process.argv.slice(2);
globalThis.Date = skewDate(Date, Number(offsetMs), Number(serversOffsetMs));
const { startService } = await import('../../packages/runtime/src/index.ts');
const { definitionOf } = await import('../up/run.ts');
const running = startService(await definitionOf(service), process.env);
process.once('SIGTERM', () => void running.stop().catch(() => {}));
await running.done;
