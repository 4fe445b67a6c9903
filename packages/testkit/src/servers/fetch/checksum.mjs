import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Problem } from './problem.mjs';

/**
 * Refuses a downloaded file whose SHA-256 is not the pinned one.
 *
 * @param {string} path
 * @param {string} sha256 lower-case hex
 * @param {AbortSignal} signal
 */
export async function verify(path, sha256, signal) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new Problem(
    `${basename(path)} was downloaded with another checksum than the pinned one (${found.slice(0, 12)}… instead of ` +
      `${sha256.slice(0, 12)}…) and was thrown away: check which mirror your package settings name, then try again`,
  );
}
