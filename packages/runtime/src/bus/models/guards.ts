/**
 * `node guards.ts [cases] [lanes|queue|channels]`: takes away one guard after the other and shows that a model or a test turns red. A guard
 * that nothing misses is either not needed or not tested: both are to be mended. Of one part alone it does not show that everything is green
 * with every guard in place: within `npm test` the tests themselves do.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { channelGuards } from './channel-guards.ts';
import { type Guard, guards as laneGuards } from './guard-list.ts';
import { queueGuards } from './queue-guards.ts';

const parts: Readonly<Record<string, readonly Guard[]>> = {
  lanes: laneGuards,
  queue: queueGuards,
  channels: channelGuards,
};
const here = dirname(fileURLToPath(import.meta.url));
const [, , cases = '4000', part] = process.argv;
const guards = part === undefined ? Object.values(parts).flat() : parts[part];
if (guards === undefined) throw new Error(`there is no part ${part}: say one of ${Object.keys(parts).join(', ')}`);
const limitMs = 150_000;
/** Where a model's cases begin. A change of the model makes others of them: what the first do not notice, the next may. */
const seeds = ['2', '5', '77'];

/** What is run to notice a missing guard. */
function command({ proof }: Guard): readonly string[] {
  if (proof === 'model') return [join(here, 'run.ts'), cases];
  // Without --test, which would run it in a process that outlives the limit.
  return [join(here, '..', proof)];
}

/** What turned red, in a few words; undefined when nothing did. */
async function redOf(guard: Guard, isMutated: boolean, seed = seeds[0]): Promise<string | undefined> {
  const { file, from, to } = guard;
  // Inside a test run a test run does nothing, unless it does not know.
  const { NODE_TEST_CONTEXT: _context, ...own } = process.env;
  const env = {
    ...own,
    MUTATE_FILE: join(here, '..', file),
    MUTATE_FROM: from,
    MUTATE_TO: to,
    MODEL_QUICK: '1',
    MODEL_SEED: seed,
  };
  const hook = isMutated ? [`--import=${new URL('./mutate.ts', import.meta.url)}`] : [];
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  execFile(process.execPath, [...hook, ...command(guard)], { env, timeout: limitMs }, (error, stdout, stderr) => {
    // Going round in circles is no proof of anything: a slow machine does it with every guard in place.
    if (error?.killed === true) console.error(`without ${guard.name} ${guard.proof} did not end within ${limitMs} ms`);
    resolve(error === null || error.killed === true ? undefined : reasonOf(guard, stdout, stderr));
  });
  return await promise;
}

function reasonOf({ proof }: Guard, stdout: string, stderr: string): string {
  if (proof !== 'model') return /(?:AssertionError|LaneAlarm)[^\n]*/.exec(stdout)?.[0] ?? `${stdout}${stderr}`;
  const { cases, error } = JSON.parse(stdout) as { readonly cases: number; readonly error: string };
  return `case ${cases}, ${error}`;
}

async function requireText({ name, file, from }: Guard): Promise<void> {
  const source = await readFile(join(here, '..', file), 'utf8');
  if (source.split(from).length !== 2) throw new Error(`guard "${name}": its text does not stand once in ${file}`);
}

async function show(guard: Guard): Promise<boolean> {
  await requireText(guard);
  let red: string | undefined;
  for (const seed of seeds) red ??= await redOf(guard, true, seed);
  console.log(`${red === undefined ? 'UNNOTICED' : 'noticed'}: without ${guard.name}: ${guard.proof}: ${red ?? ''}`);
  return red !== undefined;
}

for (const proof of part === undefined ? new Set(guards.map((guard) => guard.proof)) : []) {
  const guard = guards.find((each) => each.proof === proof);
  if (guard && (await redOf(guard, false)) !== undefined) throw new Error(`${proof} is red with every guard in place`);
}
const waiting = guards.values();
const worker = async () => {
  let all = true;
  for (const guard of waiting) all = (await show(guard)) && all;
  return all;
};
const results = await Promise.all([worker(), worker()]);
if (results.includes(false)) process.exitCode = 1;
