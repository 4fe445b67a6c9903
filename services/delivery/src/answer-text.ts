import { asTrunklineError } from '@trunkline/runtime';

/** The body of an answer as text; undefined when it is longer than we read. Rejects when the connection breaks. */
export async function answerText(stream: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of stream) parts.push(part);
  } catch (error) {
    if (asTrunklineError(error).code === 'too_large') return undefined;
    throw error;
  }
  return Buffer.concat(parts).toString();
}
