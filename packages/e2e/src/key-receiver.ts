import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Cursor, createPortal, EventRefused } from '../../portal-sdk/src/index.ts';

/** What a receiver was told, in order. */
export type Told =
  | { readonly kind: 'event'; readonly sequence: number; readonly id: string; readonly text: string }
  | { readonly kind: string; readonly sequence: number; readonly from: number; readonly reason: string };

/** A portal as a partner writes it with portal-sdk, over real HTTP; its licence keys can be changed. */
export interface KeyReceiver extends AsyncDisposable {
  readonly url: string;
  readonly told: readonly Told[];
  /** Of each request how many signatures it had, and the kids of its events. */
  readonly requests: readonly { readonly signatures: number; readonly kids: readonly string[] }[];
  /** What was wrong with requests: `unknown_key`, `gap`. */
  readonly problems: readonly string[];
  licenceKeys: readonly string[];
  isDown: boolean;
  /** It refuses a message with these words for good. */
  refuses: string;
}

/**
 * Starts a receiver whose cursor survives a change of its keys. `now` is its clock, in milliseconds since 1970. With `onTold` it
 * keeps neither what it was told nor its requests: for more events than should stay in memory.
 */
export async function startKeyReceiver(
  now: () => number = Date.now,
  onTold?: (told: Told) => void,
): Promise<KeyReceiver> {
  const told: Told[] = [];
  const tell = onTold ?? ((what: Told) => void told.push(what));
  const requests: { signatures: number; kids: string[] }[] = [];
  const problems: string[] = [];
  let cursor: Cursor | undefined;
  const handle = async (request: IncomingMessage) => {
    const rawBody = await buffer(request);
    const signatures = String(request.headers['webhook-signature']).split(' ').length;
    if (onTold === undefined) requests.push({ signatures, kids: kidsOf(rawBody) });
    if (receiver.isDown) return { status: 503, headers: {}, body: '' };
    const portal = createPortal<{ messageReceived?: { content?: { text?: { plain?: string } } } }>({
      licenceKeys: receiver.licenceKeys,
      now,
      cursor: {
        load: async () => cursor,
        save: async (next) => {
          cursor = next;
        },
      },
      onEvent: ({ sequence, id, data }) => {
        const text = data.messageReceived?.content?.text?.plain ?? '';
        if (text === receiver.refuses) throw new EventRefused('not this one');
        tell({ kind: 'event', sequence: Number(sequence), id, text });
      },
      onReplay: ({ sequence, id, data }) => {
        const text = `again: ${data.messageReceived?.content?.text?.plain}`;
        tell({ kind: 'event', sequence: Number(sequence), id, text });
      },
      onNotice: ({ sequence, notice: { kind, from, reason } }) =>
        tell({ kind, sequence: Number(sequence), from: Number(from), reason }),
      onProblem: ({ code }) => void problems.push(code),
    });
    return await portal.handle({ headers: request.headers, rawBody });
  };
  const server = createServer((request, response) => {
    handle(request).then(
      ({ status, headers, body }) => response.writeHead(status, { ...headers }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const receiver: KeyReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    ...{ told, requests, problems, licenceKeys: [], isDown: false, refuses: 'nothing' },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}

function kidsOf(body: Buffer): string[] {
  const events = JSON.parse(body.toString()) as { data: unknown }[];
  return events.flatMap(({ data }) => {
    if (typeof data !== 'string') return [];
    const [header = ''] = data.split('.');
    return [String(JSON.parse(Buffer.from(header, 'base64url').toString()).kid)];
  });
}
