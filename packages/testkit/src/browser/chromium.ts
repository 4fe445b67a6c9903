import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Problem } from '../servers/fetch/problem.mjs';
import { run } from '../servers/fetch/run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const INSTALL_LIMIT_MS = 10 * 60_000;

/**
 * Returns the path of a Chromium to drive: CHROMIUM of the environment, or one on the PATH. Where there is none and we may install
 * (root on Debian or its kin), Debian's package is installed first. Throws a Problem otherwise, one sentence with the remedy.
 * Tests call it for `executablePath`.
 */
export async function findChromium(signal?: AbortSignal): Promise<string> {
  const found = process.env.CHROMIUM || onPath();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    const limit = AbortSignal.timeout(INSTALL_LIMIT_MS);
    await install(signal === undefined ? limit : AbortSignal.any([signal, limit]));
    const installed = onPath();
    if (installed !== undefined) return installed;
  }
  throw new Problem(
    'The browser tests need Chromium, which is missing: install it (Debian: apt-get install chromium) or name one in CHROMIUM',
  );
}

async function install(signal: AbortSignal): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { signal, env });
  const { code, lines } = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    signal,
    env,
  });
  if (code === 0) return;
  throw new Problem(
    `Debian's package chromium could not be installed (${lines.at(-1) ?? 'no reason given'}): install a Chromium and name it in CHROMIUM`,
  );
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
