import { ConnectorError, type GuardedFetch, type GuardedRequest } from '@trunkline/adapter-kit';

/** What a connector asked of its platform. */
export interface PlatformRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: GuardedRequest['body'];
}

/** What the platform says, or how the call ends without an answer. */
export type PlatformAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** A text as it is, anything else as JSON. */
      readonly body?: unknown;
    }
  /** No connection: certainly nothing arrived. */
  | 'unreachable'
  /** The connection broke after the request was sent. */
  | 'cut';

/** A platform that is a function. */
export type Platform = (request: PlatformRequest) => PlatformAnswer | Promise<PlatformAnswer>;

/** A fetch that asks a function instead of the world, and keeps what was asked. */
export function fetchOf(platform: Platform, asked: PlatformRequest[] = []): GuardedFetch {
  return async (url, { method, headers = {}, body } = {}) => {
    const request = { url, headers, body, method: method ?? (body === undefined ? 'GET' : 'POST') };
    asked.push(request);
    const answer = await platform(request);
    if (answer === 'unreachable') throw new ConnectorError('transient', 'no connection');
    if (answer === 'cut') throw new ConnectorError('unknown_outcome', 'the connection broke');
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    return {
      status: answer.status,
      headers: answer.headers ?? {},
      stream: bytesOf(text),
      text: async () => text,
    };
  };
}

/** The body of a request as JSON; forms by their text fields, files by their names. */
export async function jsonOf({ body }: PlatformRequest): Promise<unknown> {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return parsed(body);
  if (body instanceof Uint8Array) return parsed(Buffer.from(body).toString());
  if (!(body instanceof FormData)) return 'a stream';
  return Object.fromEntries(
    [...body].map(([name, value]) => [name, typeof value === 'string' ? value : `@${value.name}`]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
