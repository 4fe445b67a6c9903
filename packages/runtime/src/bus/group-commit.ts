import { IngressBatch } from '@trunkline/contracts';
import { asTrunklineError } from '../errors.ts';
import type { LogPort } from './ports.ts';
import type { StreamEnd } from './stream-end.ts';

/** Where an item is stored: sequence of its message in INGRESS, and its index inside, from 0. */
export interface Entered {
  readonly sequence: number;
  readonly index: number;
}

/** One batch that was stored, for metrics. */
export interface StoredBatch {
  readonly items: number;
  readonly bytes: number;
  readonly tookMs: number;
}

/** One lane's way in. */
export interface GroupCommit {
  /** Resolves once the item is stored; rejects with `unavailable` when that is not certain. */
  add(item: Uint8Array): Promise<Entered>;
  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void>;
}

/** What {@link createGroupCommit} wants. */
export interface GroupCommitOptions {
  readonly bus: LogPort;
  readonly subject: string;
  /** Shared by all lanes of the stream. */
  readonly end: StreamEnd;
  readonly onStored?: ((batch: StoredBatch) => void) | undefined;
}

const answerMs = 2_000;
const mostItems = 500;
const mostBytes = 512 * 1024;

interface Waiting {
  readonly item: Uint8Array;
  readonly stored: PromiseWithResolvers<Entered>;
}

/**
 * One publish under way at a time, in the order of arrival; what comes meanwhile goes as one message with the next. So the
 * price of a write to disk is shared by as many as came while the former one was written.
 */
export function createGroupCommit({ bus, subject, end, onStored }: GroupCommitOptions): GroupCommit {
  const waiting: Waiting[] = [];
  let pumping: Promise<void> | undefined;

  const publish = async (batch: readonly Waiting[]) => {
    const startedAt = performance.now();
    const data = IngressBatch.encode({ items: batch.map(({ item }) => asBuffer(item)) }).finish();
    try {
      const { sequence } = await end.watched(() => bus.publish(subject, data, { timeoutMs: answerMs }));
      for (const [index, { stored }] of batch.entries()) stored.resolve({ sequence, index });
      onStored?.({ items: batch.length, bytes: data.length, tookMs: performance.now() - startedAt });
    } catch (error) {
      const refusal = asTrunklineError(error);
      for (const { stored } of batch) stored.reject(refusal);
    }
  };
  const pump = async () => {
    while (waiting.length > 0) await publish(waiting.splice(0, sizeOfNext(waiting)));
    pumping = undefined;
  };
  return {
    add: (item) => {
      const stored = Promise.withResolvers<Entered>();
      waiting.push({ item, stored });
      pumping ??= Promise.resolve().then(pump);
      return stored.promise;
    },
    idle: async () => {
      await pumping;
    },
  };
}

/** How many of those who wait fit into one message; one always does. */
function sizeOfNext(waiting: readonly Waiting[]): number {
  let bytes = 0;
  let count = 0;
  for (const { item } of waiting) {
    bytes += item.length;
    if (count === mostItems || (count > 0 && bytes > mostBytes)) break;
    count += 1;
  }
  return count;
}

/** The same bytes as a Buffer, which is what generated code holds bytes in. Copies nothing. Pure. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
