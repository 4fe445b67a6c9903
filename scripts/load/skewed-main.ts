// Runs one service with a clock that is wrong by so many milliseconds: `skewed-main.ts <service> <milliseconds>`.
import { startService } from '../../packages/runtime/src/index.ts';
import { definitionOf } from '../up/run.ts';

const [service = '', offsetMs = '0'] = process.argv.slice(2);
const running = startService(await definitionOf(service), process.env, { now: () => Date.now() + Number(offsetMs) });
process.once('SIGTERM', () => void running.stop().catch(() => {}));
await running.done;
