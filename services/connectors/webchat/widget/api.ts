import type { Found } from '@trunkline/adapter-kit';
import type { ServerFrame } from '../frames.ts';
import type { OpenedSession } from '../session.ts';

/** A refusal of the server, in its own words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(status: number, message: string, retryAfterMs: number) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What opens a session. */
export interface SessionOrder extends Found {
  readonly channel: string;
  readonly resume: string | undefined;
  readonly lang: string;
  /** Who the site says its visitor is, signed by the site's server. */
  readonly identity: unknown;
}

/** An event of the visitor's log. */
export type LogFrame = Extract<ServerFrame, { readonly t: 'event' }>;

/** The server as the widget calls it. Every call ends within its time; a refusal is thrown as {@link Refused}. */
export interface Api {
  readonly openSession: (order: SessionOrder) => Promise<OpenedSession>;
  readonly upload: (token: string, file: { uploadId: string; name: string; bytes: Blob }) => Promise<void>;
  readonly send: (token: string, frame: object) => Promise<ServerFrame>;
  readonly poll: (
    token: string,
    cursor: number,
    signal: AbortSignal,
  ) => Promise<{ events: readonly LogFrame[]; seen: number }>;
  /** Address of a WebSocket. */
  readonly socketUrl: (token: string) => string;
  /** Address of a file: of ours by the session's token, of others as it is. */
  readonly fileUrl: (url: string, token: string) => string;
}

const callMs = 15_000;
const uploadMs = 180_000;

/** Makes the calls to a server; `base` is the address of its /widget/v1/. */
export function createApi(base: string): Api {
  const address = (path: string, query: Record<string, string>) => {
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  };
  // A body without a content type needs no preflight.
  const call = async <Answer>(url: URL, body: BodyInit | undefined, signal: AbortSignal): Promise<Answer> => {
    const response = await fetch(url, body === undefined ? { signal } : { method: 'POST', body, signal });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer as Answer;
    const afterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
    throw new Refused(response.status, String(answer.message ?? ''), afterMs);
  };
  const text = (value: unknown) => new Blob([JSON.stringify(value)]);
  return {
    openSession: (order) => call(address('session', {}), text(order), AbortSignal.timeout(callMs)),
    upload: (token, { uploadId, name, bytes }) =>
      // Without its type: the server looks into the bytes.
      call(address('upload', { token, uploadId, name }), new Blob([bytes]), AbortSignal.timeout(uploadMs)),
    send: (token, frame) => call(address('send', { token }), text(frame), AbortSignal.timeout(callMs)),
    poll: (token, cursor, signal) => {
      return call(address('poll', { token, cursor: String(cursor) }), undefined, signal);
    },
    socketUrl: (token) => address('ws', { token }).href.replace(/^http/, 'ws'),
    fileUrl: (url, token) => (/^https?:/.test(url) ? url : address(url, { token }).href),
  };
}
