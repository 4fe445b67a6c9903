import { TrunklineError } from '../packages/runtime/src/index.ts';
import { Problem } from '../packages/testkit/src/servers/fetch/problem.mjs';
import { ApiRefused } from './up/api.ts';
import { runUp } from './up/up.ts';

try {
  process.exitCode = await runUp(process.argv.slice(2));
} catch (error) {
  // What a person can do something about is a sentence; anything else is our mistake and shows where.
  const isSentence = error instanceof Problem || error instanceof TrunklineError || error instanceof ApiRefused;
  console.error(isSentence ? `\n${error.message} (logs of the services: .trunkline/logs/)` : error);
  process.exitCode = 1;
}
