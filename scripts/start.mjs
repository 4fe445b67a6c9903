import { bootstrap } from './bootstrap.mjs';
import { HELP, readFlags } from './start/flags.mjs';

const flags = readFlags(process.argv.slice(2));
if ('mistake' in flags) {
  console.error(`${flags.mistake}\n\n${HELP}`);
  process.exitCode = 1;
} else if (flags.help) {
  console.log(HELP);
} else {
  await bootstrap('scripts/start/main.ts', process.argv.slice(2));
}
