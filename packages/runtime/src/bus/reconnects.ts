import type { NatsConnection } from '@nats-io/transport-node';

/** Tells who asked to know that the connection is another one now: what was under way on the old one is lost. */
export interface Reconnects {
  /** Adds a listener; returns what removes it. */
  listen(call: () => void): () => void;
}

/** Watches one connection until it closes. */
export function watchReconnects(nats: NatsConnection): Reconnects {
  const listeners = new Set<() => void>();
  const watch = async () => {
    for await (const { type } of nats.status()) if (type === 'reconnect') for (const call of [...listeners]) call();
  };
  // Ends with the connection; an error of the connection is met by whoever uses it.
  watch().catch(() => {});
  return {
    listen: (call) => {
      listeners.add(call);
      return () => listeners.delete(call);
    },
  };
}
