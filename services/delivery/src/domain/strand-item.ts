import type { BatchItem, ItemPlace } from '@trunkline/runtime';
import { sequenceText } from './notice.ts';

/**
 * An element of a batch with the attributes that say where it stands among those of its strand. Its bytes are not parsed: a
 * CloudEvent begins with its brace, and the order of its members is free. Pure.
 */
export function strandItem(item: BatchItem, { name, previous }: ItemPlace): BatchItem {
  const attributes = { ...(name !== undefined && { strand: name }), previous: previous.map(sequenceText).join(' ') };
  const head = Buffer.from(`${JSON.stringify(attributes).slice(0, -1)},`);
  return { ...item, bytes: Buffer.concat([head, item.bytes.subarray(1)]) };
}
