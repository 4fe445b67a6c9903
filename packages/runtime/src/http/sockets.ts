import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { createFrames } from './socket-frames.ts';

/** One WebSocket of a client. */
export interface OpenSocket {
  /** Of the request that opened it. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client's address, as the last proxy tells it. */
  readonly ip: string;
  /** Aborts when the socket is closed, by whomever. */
  readonly signal: AbortSignal;
  /** Text frames as they come; the client is held back while they are not read. Ends when the socket closes. */
  readonly frames: AsyncIterable<string>;
  /** Sends a text frame; resolves when the system has taken it. Closes the socket of a client that reads too slowly. */
  send(frame: string): Promise<void>;
  /** Closes it, with a code of RFC 6455 (1000, 4000–4999). */
  close(code: number, reason: string): void;
}

/** WebSockets of an HTTP server, by path. */
export interface Sockets {
  /** The handler owns each socket of the path; when it returns or rejects, the socket is closed. Rejections are told. */
  on(path: string, handle: (socket: OpenSocket) => Promise<void>): void;
}

const frameBytes = 64 * 1024;
const unsentBytes = 1024 * 1024;
const heartbeatMs = 25_000;
const goingAway = 1_001;
const internalError = 1_011;
const tryAgainLater = 1_013;

/**
 * Lets an HTTP server take WebSockets. A client that does not answer a heartbeat within 25 s is cut; all are closed when the
 * server closes. Called before the server listens, once.
 */
export function openSockets(http: FastifyInstance, onTrouble: (error: unknown) => void): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: frameBytes, perMessageDeflate: false });
  const handlers = new Map<string, (socket: OpenSocket) => Promise<void>>();
  http.server.on('upgrade', (request, stream, head) => {
    const handle = handlers.get(pathOf(request));
    if (handle === undefined) {
      stream.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, stream, head, (socket) => {
      serve(socket, request, handle).catch(onTrouble);
    });
  });
  const heartbeat = setInterval(() => beat(server), heartbeatMs);
  heartbeat.unref();
  http.addHook('preClose', async () => {
    clearInterval(heartbeat);
    for (const socket of server.clients) socket.close(goingAway, 'the server is closing');
    server.close();
  });
  return { on: (path, handle) => void handlers.set(path, handle) };
}

async function serve(
  socket: WebSocket,
  request: IncomingMessage,
  handle: (socket: OpenSocket) => Promise<void>,
): Promise<void> {
  const closed = new AbortController();
  socket.once('close', () => closed.abort());
  socket.on('error', () => socket.terminate()); // A broken frame or connection: 'close' follows.
  socket.on('pong', () => silent.delete(socket));
  const open: OpenSocket = {
    query: Object.fromEntries(new URL(request.url ?? '/', 'http://client').searchParams),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')])),
    ip: ipOf(request),
    signal: closed.signal,
    frames: createFrames(socket, closed.signal),
    send: (frame) => send(socket, frame),
    close: (code, reason) => socket.close(code, reason),
  };
  try {
    await handle(open);
    socket.close();
  } catch (error) {
    socket.close(internalError, 'internal error');
    throw error;
  }
}

function send(socket: WebSocket, frame: string): Promise<void> {
  if (socket.bufferedAmount > unsentBytes) socket.close(tryAgainLater, 'too slow');
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  // A frame that cannot be sent is no error: the socket is closing, and its client will ask again.
  return new Promise((resolve) => socket.send(frame, () => resolve()));
}

/** Sockets that have not answered the last heartbeat. */
const silent = new WeakSet<WebSocket>();

function beat(server: WebSocketServer): void {
  for (const socket of server.clients) {
    if (silent.has(socket)) {
      socket.terminate();
      continue;
    }
    silent.add(socket);
    socket.ping();
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function ipOf(request: IncomingMessage): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',', 1)[0]
    ?.trim();
  return forwarded === undefined || forwarded === '' ? (request.socket.remoteAddress ?? '') : forwarded;
}
