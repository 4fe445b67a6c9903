import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { run } from '../../packages/testkit/src/servers/fetch/run.mjs';

const LIMIT_MS = 180_000;
const signal = AbortSignal.timeout(LIMIT_MS);
const config = resolve('.dependency-cruiser.cjs');
const parser = resolve('scripts/check/swc-using.cjs');

/** One forbidden import for each rule; a rule that does not see its own is blind. */
const PLANTED: Readonly<Record<string, { readonly from: string; readonly imports: string }>> = {
  'service-imports-packages-and-itself': { from: 'services/a/src/main.ts', imports: '../../b/src/main.ts' },
  'package-imports-no-service': { from: 'packages/runtime/src/index.ts', imports: '../../../services/b/src/main.ts' },
  'adapter-imports-contracts-and-adapter-kit': {
    from: 'services/connectors/x/api.ts',
    imports: '../../../packages/runtime/src/log.ts',
  },
  'adapter-imports-no-other-adapter': { from: 'services/connectors/x/parse.ts', imports: '../y/parse.ts' },
  'simulator-imports-nothing-of-its-connector': {
    from: 'services/connectors/x/simulator/types.ts',
    imports: '../types.ts',
  },
  'runtime-alone-knows-the-infrastructure': { from: 'services/a/src/store.ts', imports: 'mongodb' },
  'audit-alone-knows-kafka': { from: 'services/a/src/history.ts', imports: '@platformatic/kafka' },
  'portal-sdk-imports-nothing': { from: 'packages/portal-sdk/src/index.ts', imports: '../../contracts/src/index.ts' },
  'contracts-import-no-package': { from: 'packages/contracts/src/index.ts', imports: '../../runtime/src/log.ts' },
  'shipped-code-imports-no-testkit': {
    from: 'services/a/src/service.ts',
    imports: '../../../packages/testkit/src/index.ts',
  },
  'no-circles': { from: 'services/b/src/main.ts', imports: './main-too.ts' },
};

const real = await cruise('.');
for (const { rule, from, to } of real) console.log(`${from} imports ${to}: ${rule.name}`);
const blind = await blindRules();
for (const rule of blind) console.log(`The rule ${rule} does not see the forbidden import that was planted for it`);
process.exitCode = real.length + blind.length === 0 ? 0 : 1;

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

async function cruise(root: string): Promise<Violation[]> {
  const program = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = ['--require', parser, program, '--config', config, '--output-type', 'json', 'packages', 'services'];
  const { lines } = await run(process.execPath, args, { cwd: root, signal, keepLines: Number.POSITIVE_INFINITY });
  const text = lines.join('\n');
  if (!text.startsWith('{')) throw new Error(`dependency-cruiser did not answer: ${text.slice(0, 500)}`);
  return JSON.parse(text).summary.violations;
}

async function blindRules(): Promise<string[]> {
  await mkdir('.trunkline', { recursive: true });
  const root = await mkdtemp(join('.trunkline', 'planted-'));
  try {
    for (const { from, imports } of Object.values(PLANTED)) await plant(root, from, imports);
    await write(root, 'services/b/src/main-too.ts', importing('./main.ts'));
    await symlink(resolve('node_modules'), join(root, 'node_modules'));
    const seen = new Set((await cruise(root)).map(({ rule }) => rule.name));
    const { default: rules } = await import(config);
    return rules.forbidden.map(({ name }: { name: string }) => name).filter((name: string) => !seen.has(name));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Writes the importing file, and an empty one where it points to. */
async function plant(root: string, from: string, imports: string): Promise<void> {
  if (imports.startsWith('.')) await write(root, join(dirname(from), imports), '', 'a');
  await write(root, from, importing(imports));
}

function importing(path: string): string {
  return `import * as planted from '${path}';\nexport const seen = planted;\n`;
}

async function write(root: string, path: string, text: string, flag = 'w'): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text, { flag });
}
