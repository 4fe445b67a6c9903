import { type PublicApi, Sentence } from './local.ts';

/** Calls a method of the public HTTP API. Throws a {@link Sentence} for what the caller can put right. */
export async function call(
  { url, apiKey }: PublicApi,
  method: string,
  request: object,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(new URL(`/v1/${method}`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(request),
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Sentence(`${url} does not answer: is Trunkline running? (npm start, or TRUNKLINE_URL)`);
  });
  if (response.ok) return response;
  const sentence = sentenceOf(await response.json().catch(() => undefined), response.status);
  throw new Sentence(response.status < 500 ? sentence : `${sentence} What is not well says: npm run status`);
}

/** Items of a streamed answer as they come. A line that tells an error is thrown. */
export async function* itemsOf<Item>({ body }: Response): AsyncGenerator<Item> {
  let rest = '';
  const text = body?.pipeThrough(new TextDecoderStream());
  for await (const chunk of text ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((each) => each.trim() !== '')) {
      const item = JSON.parse(line);
      if (item.error !== undefined)
        throw new Sentence(`${sentenceOf(item.error, 500)} What is not well says: npm run status`);
      yield item;
    }
  }
}

function sentenceOf(body: unknown, status: number): string {
  const { message, remedy } = (body ?? {}) as { message?: string; remedy?: string };
  return message ? `${message} ${remedy ?? ''}`.trim() : `The answer was ${status}.`;
}
