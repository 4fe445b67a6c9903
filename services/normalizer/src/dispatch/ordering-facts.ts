import { Envelope, Fact, factConnectorOf, factFieldOf, factFields } from '@trunkline/contracts';
import type { StoredMessage } from '@trunkline/runtime';
import { pendingFiles } from './orders.ts';

/** The facts of envelopes, for the connectors whose channels get orders from them. */
export interface OrderingFacts {
  /**
   * All facts of an envelope, if one of them gives an order to a channel of the connector; else none. Throws when it is no
   * envelope.
   */
  of(message: StoredMessage, connector: string): readonly Uint8Array[];
}

interface Read {
  readonly facts: readonly Uint8Array[];
  readonly connectors: ReadonlySet<string>;
  /** One of them cannot be read: whoever routes it finds out why. */
  readonly isForAll: boolean;
}

const nothing: readonly Uint8Array[] = [];

/** Reads each envelope once, whichever connector asks first; those who read together hold the same message. */
export function createOrderingFacts(): OrderingFacts {
  const known = new WeakMap<StoredMessage, Read>();
  return {
    of: (message, connector) => {
      const read = known.get(message) ?? readEnvelope(message);
      known.set(message, read);
      return read.isForAll || read.connectors.has(connector) ? read.facts : nothing;
    },
  };
}

function readEnvelope({ data }: StoredMessage): Read {
  const facts = Envelope.decode(data).items;
  const connectors = new Set<string>();
  try {
    for (const fact of facts) if (givesOrders(fact)) connectors.add(factConnectorOf(fact));
  } catch {
    return { facts, connectors, isForAll: true };
  }
  return { facts, connectors, isForAll: false };
}

/** True where an outgoing message may be sent, or a file is to be copied. Throws when the bytes are no fact. Pure. */
export function givesOrders(fact: Uint8Array): boolean {
  const field = factFieldOf(fact);
  return (
    field === factFields.submitted || (field === factFields.received && pendingFiles(Fact.decode(fact)).length > 0)
  );
}
