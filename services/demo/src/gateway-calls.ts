import { TrunklineError } from '@trunkline/runtime';

/** Calls one method of the public API: `DeliveryService/GetBacklog`. Rejects for an answer that is no 2xx. */
export type Call = (method: string, request: object) => Promise<unknown>;

const answerMs = 5_000;

/** Calls the gateway with an API key. */
export function callsOf(gatewayUrl: string, apiKey: string): Call {
  return async (method, request) => {
    const response = await fetch(new URL(`/v1/${method}`, gatewayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(answerMs),
    });
    if (!response.ok) throw new TrunklineError('unavailable', `${method} answered ${response.status}`);
    return await response.json();
  };
}
