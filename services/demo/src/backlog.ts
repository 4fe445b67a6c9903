/** The demo portal's queue, asked by the public API as any partner asks. */
export interface Backlog {
  /** What waits, and why; undefined when the API does not tell. */
  tell(): Promise<unknown>;
  /** Says that the portal takes events again, so that nobody waits for the next attempt. */
  hurry(): Promise<void>;
}

const answerMs = 5_000;

/** Makes the calls; none of them throws for an answer that is no 2xx. */
export function createBacklog(gatewayUrl: string, apiKey: string, portalId: string): Backlog {
  const call = (method: string) =>
    fetch(new URL(`/v1/DeliveryService/${method}`, gatewayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ portalId }),
      signal: AbortSignal.timeout(answerMs),
    });
  return {
    tell: async () => {
      const response = await call('GetBacklog');
      return response.ok ? await response.json() : undefined;
    },
    hurry: async () => void (await (await call('Resume')).text()),
  };
}
