import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { answer, type PortalAnswer } from './answers.ts';
import type { Portal } from './portal.ts';

const tooLarge = Symbol('too large');

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer | typeof tooLarge> {
  if (Number(request.headers['content-length']) > maxBytes) return tooLarge;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Not `for await`: leaving such a loop destroys the socket, and with it the answer.
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBytes) chunks.push(chunk);
      else resolve(tooLarge);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the sender went away')));
  });
}

async function answerTo(request: IncomingMessage, portal: Portal): Promise<PortalAnswer> {
  if (request.method !== 'POST') return answer(405, { error: 'post_only' }, { allow: 'POST' });
  const rawBody = await bodyOf(request, portal.maxBodyBytes);
  if (rawBody === tooLarge) return answer(413, { error: 'too_large', maxBodyBytes: portal.maxBodyBytes });
  return portal.handle({ headers: request.headers, rawBody });
}

async function respond(request: IncomingMessage, response: ServerResponse, portal: Portal): Promise<void> {
  const { status, headers, body } = await answerTo(request, portal);
  if (request.complete) {
    response.writeHead(status, headers).end(body);
    return;
  }
  // What is still on its way is thrown away for a moment, so that the sender gets to read the answer.
  request.resume();
  response.writeHead(status, { ...headers, connection: 'close' }).end(body);
  const timer = setTimeout(() => request.destroy(), 2_000).unref();
  request.on('close', () => clearTimeout(timer));
}

/** Adapts a receiver to node:http: `createServer(listener(portal))`. Reads at most the portal's `maxBodyBytes` into memory. */
export function listener(portal: Portal): RequestListener {
  return (request, response) => {
    respond(request, response, portal).catch(() => response.destroy());
  };
}
