import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a simulated platform was asked. */
export interface DoubleRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What it does with a request. */
export type Reaction =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Bytes and texts as they are, anything else as JSON. */
      readonly body?: unknown;
      /** The length that it claims, when that is not the true one. */
      readonly claimedBytes?: number;
    }
  /** Never answers. */
  | 'hang'
  /** Took the request and breaks the connection. */
  | 'cut'
  /** A body without end. */
  | 'endless';

/** A simulated platform's server. */
export interface HttpDouble extends AsyncDisposable {
  /** `http://host:port` */
  readonly url: string;
}

/** Starts a server that does with each request what a function says; a function that throws answers 500. */
export async function startHttpDouble(
  react: (request: DoubleRequest) => Reaction | Promise<Reaction>,
  { port = 0, host = '127.0.0.1' }: { readonly port?: number; readonly host?: string } = {},
): Promise<HttpDouble> {
  const server = createServer(async (request, response) => {
    try {
      performReaction(await react(await readDouble(request)), response);
    } catch {
      response.destroyed || response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { port: actualPort } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${actualPort}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads a request whole, for a server that is not started here. */
export async function readDouble(request: IncomingMessage): Promise<DoubleRequest> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const url = new URL(request.url ?? '/', 'http://platform');
  return { method: request.method ?? 'GET', url, headers, body: await buffer(request) };
}

/** Does with a request what was said. */
export function performReaction(reaction: Reaction, response: ServerResponse): void {
  if (reaction === 'hang') return;
  if (reaction === 'cut') {
    response.destroy();
    return;
  }
  if (reaction === 'endless') {
    pour(response.writeHead(200));
    return;
  }
  const { status, headers = {}, body, claimedBytes } = reaction;
  const bytes = bytesOf(body);
  const isShort = claimedBytes !== undefined && claimedBytes > bytes.length;
  const length = claimedBytes === undefined ? {} : { 'content-length': claimedBytes };
  response.strictContentLength = false;
  response.writeHead(status, { ...headers, ...length });
  if (isShort) response.write(bytes, () => response.destroy());
  else response.end(bytes);
}

function pour(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
    response.once('drain', more);
  };
  more();
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
}
