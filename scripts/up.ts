import { runUp } from './up/up.ts';

process.exitCode = await runUp(process.argv.slice(2));
