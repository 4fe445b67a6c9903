import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const longestMs = 5_000;
const mostBytes = 64 * 1024 * 1024;

/**
 * Lets the rest of a body that is refused pass by, within bounds; never rejects. Who writes a whole body before it reads the
 * answer, as most clients and proxies do, would else find its connection reset instead of the refusal, and come again.
 */
export async function linger(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  const ended = Promise.withResolvers<void>();
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) ended.resolve();
  };
  const over = new AbortController();
  request.on('data', count);
  for (const name of ['end', 'error', 'close']) request.once(name, ended.resolve);
  request.resume();
  await Promise.race([ended.promise, delay(longestMs, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
  request.off('data', count);
  request.pause();
}
