import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One message that the fake platform was asked to send. */
export interface Asked {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  readonly atMs: number;
}

/** What the platform does with a request: an answer, or nothing ever. */
export type Reaction = { readonly status: number; readonly body: object } | 'hang' | 'cut';

/** The platform behind the sample connector. */
export interface FakePlatform extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Decides how a request is answered; by default it is sent. */
  react: (asked: Asked) => Reaction;
}

/** Starts a platform that keeps what it was asked. */
export async function startPlatform(): Promise<FakePlatform> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/files/')) return answerFile(request.url, response);
    const one: Asked = { ...(JSON.parse(await text(request)) as Omit<Asked, 'atMs'>), atMs: Date.now() };
    asked.push(one);
    const reaction = platform.react(one);
    if (reaction === 'hang') return;
    if (reaction === 'cut') return request.socket.destroy();
    response.writeHead(reaction.status, { 'content-type': 'application/json' }).end(JSON.stringify(reaction.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const platform: FakePlatform = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    react: sent,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return platform;
}

/** The platform took it. */
export function sent({ id }: Asked): Reaction {
  return { status: 200, body: { id: `p-${id}` } };
}

function answerFile(url: string, response: ServerResponse): void {
  if (url !== '/files/cat') {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html' }).end(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
}
