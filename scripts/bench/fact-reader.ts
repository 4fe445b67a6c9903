import { Envelope, Fact, streams, subjects } from '../../packages/contracts/src/index.ts';
import { connectBus, createJetStreamLog } from '../../packages/runtime/src/index.ts';

const factLimitMs = 30_000;

/** Reads FACTS of a running installation from its present end, for whoever waits for a text there. Leaving the block ends it. */
export async function readFacts(natsUrl: string, signal: AbortSignal) {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const connection = await connectBus({
    ...{ url: natsUrl, service: 'bench', instance: `${process.pid}`, signal, startTimeoutMs: 10_000 },
  });
  const bus = createJetStreamLog(connection, { inboxPrefix: '_INBOX_bench' });
  const waiting = new Map<string, (atMs: number) => void>();
  const read = async () => {
    const afterSequence = await bus.lastSequence(streams.facts);
    const everything = { stream: streams.facts, subjects: [subjects.allFacts('*')], afterSequence, signal: either };
    for await (const { data } of bus.feed(everything)) {
      const atMs = performance.now();
      for (const item of Envelope.decode(data).items) waiting.get(textOf(Fact.decode(item)))?.(atMs);
    }
  };
  const reading = read().catch((error: unknown) => {
    if (!either.aborted) throw error;
  });
  return {
    /** When the fact of this text was read. Rejects after half a minute. */
    next: (text: string): Promise<number> => {
      const { promise, resolve: done, reject } = Promise.withResolvers<number>();
      const limit = setTimeout(
        () => reject(new Error(`no fact told of "${text}" within ${factLimitMs / 1_000} s`)),
        factLimitMs,
      );
      waiting.set(text, done);
      return promise.finally(() => {
        clearTimeout(limit);
        waiting.delete(text);
      });
    },
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await reading;
      await connection.close();
    },
  };
}

function textOf({ fact }: Fact): string {
  const event = fact?.$case === 'received' ? fact.value.event?.event : undefined;
  const kind = event?.$case === 'message' ? event.value.content?.kind : undefined;
  return kind?.$case === 'text' ? kind.value.plain : '';
}
