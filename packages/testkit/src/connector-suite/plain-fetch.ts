import { ConnectorError, type GuardedFetch } from '@trunkline/adapter-kit';

type RequestBody = NonNullable<NonNullable<Parameters<typeof fetch>[1]>['body']>;

/** What a connector fetches with in a test: without the host's guards, because the simulator stands on this machine. */
export function plainFetch(signal: AbortSignal): GuardedFetch {
  return async (url, { method, headers = {}, body, timeoutMs = 15_000 } = {}) => {
    const inDoubt = (error: unknown): never => {
      const isRefused = (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
      throw new ConnectorError(isRefused ? 'transient' : 'unknown_outcome', 'no answer came', { cause: error });
    };
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const request = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, redirect: 'manual' as const };
    const sent = body === undefined ? {} : { body: body as RequestBody };
    const response = await fetch(url, { ...request, ...sent, signal: limit }).catch(inDoubt);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      stream: (response.body ?? []) as AsyncIterable<Uint8Array>,
      text: () => response.text().catch(inDoubt),
    };
  };
}
