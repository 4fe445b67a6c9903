import { z } from 'zod';
import { type Call, callsOf } from './gateway-calls.ts';

/** How the demo portal is sent to, as the page offers it. */
export const queueKinds = ['sequential_guaranteed', 'sequential_once', 'parallel_guaranteed', 'parallel_once'] as const;

/** One of {@link queueKinds}. */
export type QueueKind = (typeof queueKinds)[number];

/** The queue kind of the demo portal, asked and changed by the public API as any partner does. */
export interface QueueKinds {
  /** Rejects when the API does not tell. */
  now(): Promise<QueueKind>;
  /** Leaves the other settings as they are. Rejects when the API does not take it. */
  set(kind: QueueKind): Promise<void>;
  /** Calls with every change made here until the returned function is called. */
  onChange(listener: (kind: QueueKind) => void): () => void;
}

const form = 'PORTAL_QUEUE_KIND_';
const answered = z.object({ settings: z.looseObject({ queueKind: z.string().optional() }).optional() });

/** Makes the calls. */
export function createQueueKinds(gatewayUrl: string, apiKey: string, portalId: string): QueueKinds {
  const call: Call = callsOf(gatewayUrl, apiKey);
  const listeners = new Set<(kind: QueueKind) => void>();
  const settingsNow = async () => answered.parse(await call('DirectoryService/GetPortal', { portalId })).settings ?? {};
  return {
    now: async () => kindOf((await settingsNow()).queueKind),
    set: async (kind) => {
      const settings = { ...(await settingsNow()), queueKind: `${form}${kind.toUpperCase()}` };
      await call('DirectoryService/UpdatePortal', { portalId, settings });
      for (const listener of listeners) listener(kind);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What is not said is the default. */
function kindOf(text = ''): QueueKind {
  return queueKinds.find((kind) => text === `${form}${kind.toUpperCase()}`) ?? 'sequential_guaranteed';
}
