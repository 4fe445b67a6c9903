/**
 * `node guards.ts`: takes away one guard after the other and shows that a model or a test turns red. A guard that nothing
 * misses is either not needed or not tested: both are to be mended.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Guard, guards } from './guard-list.ts';

const here = dirname(fileURLToPath(import.meta.url));
const cases = process.argv[2] ?? '4000';
const limitMs = 300_000;

/** What is run to notice a missing guard. */
function command({ proof }: Guard): readonly string[] {
  if (proof === 'model') return [join(here, 'run.ts'), cases];
  return ['--test', join(here, '..', proof)];
}

async function isRed(guard: Guard, mutated: boolean): Promise<boolean> {
  const env = {
    ...process.env,
    MUTATE_FILE: `/bus/${guard.file}`,
    MUTATE_FROM: guard.from,
    MUTATE_TO: guard.to,
    MODEL_QUICK: '1',
  };
  const hook = mutated ? [`--import=${join(here, 'mutate.ts')}`] : [];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  execFile(process.execPath, [...hook, ...command(guard)], { env, timeout: limitMs }, (error) =>
    resolve(error !== null),
  );
  return await promise;
}

async function requireText({ name, file, from }: Guard): Promise<void> {
  const source = await readFile(join(here, '..', file), 'utf8');
  if (source.split(from).length !== 2) throw new Error(`guard "${name}": its text does not stand once in ${file}`);
}

async function show(guard: Guard): Promise<boolean> {
  await requireText(guard);
  const red = await isRed(guard, true);
  console.log(`${red ? 'noticed  ' : 'UNNOTICED'}  without ${guard.name} (${guard.proof})`);
  return red;
}

for (const proof of new Set(guards.map((guard) => guard.proof))) {
  const guard = guards.find((each) => each.proof === proof);
  if (guard && (await isRed(guard, false))) throw new Error(`${proof} is red with every guard in place`);
}
const waiting = guards.values();
const worker = async () => {
  let all = true;
  for (const guard of waiting) all = (await show(guard)) && all;
  return all;
};
const results = await Promise.all([worker(), worker()]);
if (results.includes(false)) process.exitCode = 1;
