import type { NatsConnection } from '@nats-io/transport-node';
import { subjects } from '@trunkline/contracts';

/** Words between the instances of a connector, at most once and never stored. */
export interface HintBus {
  /** Tells all instances, this one too. Never waits and never throws. */
  tell(channelId: string, topic: string, hint: Uint8Array): void;
  /** Listens until the signal aborts. The listener must not throw. */
  listen(channelId: string, topic: string, listener: (hint: Uint8Array) => void, signal: AbortSignal): void;
}

type Listener = (hint: Uint8Array) => void;

/**
 * Opens the hints of a connector: one subscription of the bus, however many listen. Ends with the connection. Called once
 * by a connector's host.
 */
export function openHints(nats: NatsConnection, connector: string): HintBus {
  const listeners = new Map<string, Set<Listener>>();
  nats.subscribe(subjects.allHints(connector), {
    callback: (error, message) => {
      if (error !== null && error !== undefined) return;
      for (const listener of [...(listeners.get(message.subject) ?? [])]) listener(message.data);
    },
  });
  const subjectOf = (channelId: string, topic: string) =>
    subjects.hint(connector, channelId, Buffer.from(topic).toString('base64url'));
  return {
    tell: (channelId, topic, hint) => {
      if (!nats.isClosed() && !nats.isDraining()) nats.publish(subjectOf(channelId, topic), hint);
    },
    listen: (channelId, topic, listener, signal) => {
      if (signal.aborted) return;
      const subject = subjectOf(channelId, topic);
      const others = listeners.get(subject) ?? new Set();
      listeners.set(subject, others.add(listener));
      const forget = () => {
        others.delete(listener);
        if (others.size === 0 && listeners.get(subject) === others) listeners.delete(subject);
      };
      signal.addEventListener('abort', forget, { once: true });
    },
  };
}
