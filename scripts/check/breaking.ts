import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../packages/testkit/src/servers/fetch/run.mjs';

/** Made when the contracts are first promised to somebody; until then they are compared with the commit before. */
const PROMISED = 'contracts-v1';
const LIMIT_MS = 120_000;

const signal = AbortSignal.timeout(LIMIT_MS);
const against = (await hasContracts(PROMISED)) ? PROMISED : (await hasContracts('HEAD^')) ? 'HEAD^' : undefined;
if (against === undefined) {
  console.log('There are no earlier contracts to compare with');
} else {
  console.log(
    `Contracts are compared with those of ${against === PROMISED ? `the tag ${PROMISED}` : 'the parent commit'}`,
  );
  process.exitCode = await compare(against);
}

async function hasContracts(revision: string): Promise<boolean> {
  return (await run('git', ['cat-file', '-e', `${revision}:buf.yaml`], { signal })).code === 0;
}

async function compare(revision: string): Promise<number> {
  await mkdir('.trunkline', { recursive: true });
  const folder = await mkdtemp(join('.trunkline', 'contracts-'));
  try {
    const archive = join(folder, 'earlier.tar');
    const packed = await run('git', ['archive', '--output', archive, revision, 'proto', 'buf.yaml'], { signal });
    const compared =
      packed.code === 0 ? await run('node_modules/.bin/buf', ['breaking', '--against', archive], { signal }) : packed;
    for (const line of compared.lines) console.log(line);
    return compared.code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
