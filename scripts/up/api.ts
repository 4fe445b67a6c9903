/** A call of the public HTTP API, as any partner makes it. */
export type Api = <Answer>(method: string, request: object) => Promise<Answer>;

/** What the API refused, in its own words. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Calls `POST /v1/<Service>/<Method>` with an API key. */
export function apiOf(baseUrl: string, apiKey: string): Api {
  return async <Answer>(method: string, request: object) => {
    const response = await fetch(new URL(`/v1/${method}`, baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(15_000),
    });
    const answer = (await response.json()) as { code?: string; message?: string; remedy?: string };
    if (response.ok) return answer as Answer;
    throw new ApiRefused(answer.code ?? '', `${method}: ${answer.message} ${answer.remedy ?? ''}`.trim());
  };
}
