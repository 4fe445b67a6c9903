import { statfs } from 'node:fs/promises';
import { Problem } from './problem.mjs';

/**
 * Throws a Problem if a folder that exists has less room than something needs.
 *
 * @param {string} folder
 * @param {number} neededBytes
 */
export async function requireRoom(folder, neededBytes) {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const mb = (/** @type {number} */ bytes) => `${Math.round(bytes / 1e6)} MB`;
  throw new Problem(
    `There is not enough room in ${folder} (${mb(freeBytes)} free, ${mb(neededBytes)} needed): free some space and start again`,
  );
}

/**
 * The sentence for an error, where there is one: a Problem as it is, and a disk that is full.
 *
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function sentenceOf(error) {
  if (error instanceof Problem) return error.message;
  const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  return isFull ? `The disk is full (${error.message}): free some space and start again` : undefined;
}
