import { callsOf } from './gateway-calls.ts';

/** The demo portal's queue, asked by the public API as any partner asks. */
export interface Backlog {
  /** What waits, and why. Rejects when the API does not tell. */
  tell(): Promise<unknown>;
  /** Says that the portal takes events again, so that nobody waits for the next attempt. */
  hurry(): Promise<void>;
}

/** Makes the calls. */
export function createBacklog(gatewayUrl: string, apiKey: string, portalId: string): Backlog {
  const call = callsOf(gatewayUrl, apiKey);
  return {
    tell: () => call('DeliveryService/GetBacklog', { portalId }),
    hurry: async () => void (await call('DeliveryService/Resume', { portalId })),
  };
}
