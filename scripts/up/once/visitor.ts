import { randomUUID } from 'node:crypto';

/** A visitor of the shop, by the widget's own protocol. */
export interface VisitorSide extends AsyncDisposable {
  /** Resolves when the message is acknowledged, which is when it is stored. */
  readonly write: (text: string) => Promise<void>;
  /** Resolves when an answer with this text is there. */
  readonly received: (text: string) => Promise<void>;
}

interface Frame {
  readonly t: string;
  readonly cid?: string;
  readonly message?: string;
  readonly event?: { readonly from: string; readonly text?: string };
}

/** Opens a session and a socket, as the script on the page does. */
export async function openVisitor(gatewayUrl: string, channel: string): Promise<VisitorSide> {
  const opened = await fetch(new URL('/widget/v1/session', gatewayUrl), {
    method: 'POST',
    body: JSON.stringify({ channel, page: { url: 'http://shop.example/once', title: 'Once' } }),
    signal: AbortSignal.timeout(10_000),
  });
  const session = (await opened.json()) as { token: string; message?: string };
  if (!opened.ok) throw new Error(`The widget's session was refused: ${session.message}`);
  const address = new URL('/widget/v1/ws', gatewayUrl);
  address.protocol = 'ws:';
  address.searchParams.set('token', session.token);
  const socket = new WebSocket(address);
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  socket.addEventListener('message', ({ data }) => {
    frames.push(JSON.parse(String(data)));
    for (const look of waiting) look();
  });
  await new Promise<void>((done, failed) => {
    socket.addEventListener('open', () => done(), { once: true });
    socket.addEventListener('error', () => failed(new Error("The widget's socket could not be opened.")), {
      once: true,
    });
  });
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  send({ t: 'hello', cursor: 0 });
  const find = (fits: (frame: Frame) => boolean) =>
    new Promise<Frame>((done) => {
      const look = () => {
        const found = frames.find(fits);
        if (found) done(found);
      };
      waiting.add(look);
      look();
    });
  return {
    write: async (text) => {
      const cid = randomUUID();
      send({ t: 'send', cid, text });
      const answer = await find((frame) => frame.cid === cid && frame.t !== 'event');
      if (answer.t !== 'ack') throw new Error(`The widget's message was refused: ${answer.message}`);
    },
    received: async (text) => {
      await find(({ event }) => event?.from === 'operator' && event.text === text);
    },
    [Symbol.asyncDispose]: async () => socket.close(),
  };
}
