import type { ServerResponse } from 'node:http';

/** Server-sent events to one page. */
export interface EventsStream {
  readonly send: (name: string, data: unknown) => void;
  /** Aborts when the page is gone. */
  readonly signal: AbortSignal;
}

const heartbeatMs = 15_000;
/** A page that reads too slowly is let go; it comes again and gets everything anew. */
const maxWaitingBytes = 1024 * 1024;

/** Opens the stream; it is kept alive until the page or the service goes. */
export function openEventsStream(response: ServerResponse, ending: AbortSignal): EventsStream {
  const gone = new AbortController();
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const write = (text: string) => {
    if (gone.signal.aborted) return;
    response.write(text);
    if (response.writableLength > maxWaitingBytes) response.destroy();
  };
  write('retry: 1000\n\n');
  const heartbeat = setInterval(() => write(': alive\n\n'), heartbeatMs);
  const end = () => {
    clearInterval(heartbeat);
    gone.abort();
    response.end();
  };
  response.once('close', end);
  ending.addEventListener('abort', end, { once: true });
  return { signal: gone.signal, send: (name, data) => write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`) };
}
