import type { BatchItem } from '@trunkline/runtime';

const open = Buffer.from('[');
const comma = Buffer.from(',');
const close = Buffer.from(']');

/** The body of a request: a CloudEvents JSON batch, joined of whole elements that are never parsed. Pure. */
export function batchBody(items: readonly BatchItem[]): Buffer {
  return Buffer.concat([...items.flatMap(({ bytes }, index) => [index === 0 ? open : comma, bytes]), close]);
}
