import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A file of tests, found by its name. */
export interface TestFile {
  /** From the root. */
  readonly path: string;
  /** Whether it, or a file of the same package that it imports, starts servers or a browser. */
  readonly startsServers: boolean;
  readonly opensBrowser: boolean;
}

/** All test files, those without servers first: what is quick to fail fails first. */
export async function testFiles(): Promise<TestFile[]> {
  const paths = globSync('{packages,services,scripts,deploy}/**/*.test.ts', {
    exclude: (path) => /node_modules|dist$/.test(path),
  });
  const files = paths.sort().map((path) => {
    const texts = [...withImports(resolve(path))].map((file) => readFileSync(file, 'utf8'));
    const opensBrowser = texts.some((text) => text.includes('playwright-core'));
    return { path, opensBrowser, startsServers: opensBrowser || texts.some((text) => text.includes('startServers')) };
  });
  return files.sort((a, b) => Number(a.startsServers) - Number(b.startsServers));
}

function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !existsSync(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+\.ts)'/g)) {
    if (path !== undefined) withImports(join(dirname(file), path), seen);
  }
  return seen;
}
