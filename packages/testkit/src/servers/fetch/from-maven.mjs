import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verify } from './checksum.mjs';
import { Problem } from './problem.mjs';
import { run } from './run.mjs';

const POM = fileURLToPath(new URL('kafka.pom.xml', import.meta.url));
const UNITS = { B: 1, kB: 1e3, MB: 1e6 };

/**
 * Downloads Kafka's jars with the machine's own Maven (so its mirror and proxy settings hold) and verifies each of them.
 *
 * @param {{ jars: Record<string, { sizeBytes: number, sha256: string }> }} source
 * @param {{ scratch: string, signal: AbortSignal, onBytes: (done: number, total: number) => void }} options
 * @returns {Promise<string>} a folder that holds the jars alone
 */
export async function fromMaven(source, { scratch, signal, onBytes }) {
  const jars = join(scratch, 'jars');
  await mkdir(jars);
  await copyFile(POM, join(scratch, 'pom.xml'));
  const total = Object.values(source.jars).reduce((sum, jar) => sum + jar.sizeBytes, 0);
  let done = 0;
  const args = ['-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${jars}`];
  const result = await run('mvn', args, {
    signal,
    cwd: scratch,
    onLine: (line) => {
      done += downloadedBytes(line, source.jars);
      onBytes(Math.min(done, total), total);
    },
  });
  if (result.code === -1) {
    throw new Problem(
      'Maven is missing, which fetches Kafka: install it (Debian: apt-get install maven), start Docker, or name a broker in KAFKA_BROKERS',
    );
  }
  if (result.code !== 0) {
    const reason = result.lines.find((line) => line.startsWith('[ERROR]'))?.slice(8, 240) ?? 'no reason given';
    throw new Problem(
      `Maven could not download Kafka (${reason}): check the network and Maven's own mirror settings, start Docker, or name a broker in KAFKA_BROKERS`,
    );
  }
  await verifyAll(jars, source.jars, signal);
  onBytes(total, total);
  return jars;
}

/** @param {string} folder @param {Record<string, { sha256: string }>} pinned @param {AbortSignal} signal */
async function verifyAll(folder, pinned, signal) {
  const found = new Set(await readdir(folder));
  const missing = Object.keys(pinned).filter((file) => !found.has(file));
  const foreign = [...found].filter((file) => !(file in pinned));
  if (missing.length + foreign.length > 0) {
    throw new Problem(
      `Maven brought other jars for Kafka than the pinned ones (${[...missing, ...foreign].join(', ')}): check which mirror its settings name`,
    );
  }
  for (const [file, { sha256 }] of Object.entries(pinned)) await verify(join(folder, file), sha256, signal);
}

/** Maven says `Downloaded from <mirror>: <address>/<jar> (9.8 MB at 12 MB/s)`. @param {string} line @param {Record<string, unknown>} jars */
function downloadedBytes(line, jars) {
  const match = /Downloaded from .*\/([^/ ]+\.jar) \(([\d.]+) (B|kB|MB)/.exec(line);
  if (match === null || !(String(match[1]) in jars)) return 0;
  return Number(match[2]) * UNITS[/** @type {keyof typeof UNITS} */ (match[3])];
}
