import type { RawData, WebSocket } from 'ws';

/** Frames that wait for the handler at most, before the client is held back. */
const mostWaiting = 16;
const unsupportedData = 1_003;

/**
 * The text frames of a socket as an iterable: read once, one at a time. While enough wait the socket is not read, so that a
 * client cannot fill the memory. A binary frame closes the socket.
 */
export function createFrames(socket: WebSocket, closed: AbortSignal): AsyncIterable<string> {
  const waiting: string[] = [];
  let wake = () => {};
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) {
      socket.close(unsupportedData, 'text only');
      return;
    }
    waiting.push(data.toString());
    if (waiting.length >= mostWaiting) socket.pause();
    wake();
  });
  closed.addEventListener('abort', () => wake(), { once: true });
  return {
    [Symbol.asyncIterator]: async function* () {
      for (;;) {
        const frame = waiting.shift();
        if (frame !== undefined) {
          if (waiting.length < mostWaiting && socket.isPaused) socket.resume();
          yield frame;
        } else if (closed.aborted) {
          return;
        } else {
          const next = Promise.withResolvers<void>();
          wake = next.resolve;
          await next.promise;
        }
      }
    },
  };
}
