import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ApiFailure } from './api-failure.ts';
import { refuse, type ServedBot } from './api-server.ts';
import type { FileFault } from './faults.ts';

const chunkBytes = 64 * 1_024;

/** Answers /file/bot<token>/<path>. */
export async function serveFile(
  find: (token: string) => ServedBot | undefined,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [, token = '', path = ''] = /^\/file\/bot([^/]*)\/(.+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
  const bot = find(token)?.bot;
  const file = [...(bot?.files.values() ?? [])].find((one) => one.path === path);
  if (bot === undefined || bot.isRevoked) return refuse(response, new ApiFailure(401, 'Unauthorized'));
  const fault = bot.faults.takeForFile();
  if (file === undefined || fault?.kind === 'file_gone') return refuse(response, new ApiFailure(404, 'Not Found'));
  if (fault !== undefined) return misbehave(fault, response, file.bytes);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.length });
  response.end(file.bytes);
}

async function misbehave(fault: FileFault, response: ServerResponse, bytes: Uint8Array): Promise<void> {
  switch (fault.kind) {
    case 'file_redirect':
      response.writeHead(302, { location: fault.to });
      response.end();
      break;
    case 'file_shorter':
      response.writeHead(200, { 'content-length': bytes.length + 1_000 });
      response.write(bytes, () => response.destroy());
      break;
    case 'file_endless':
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      await pipeline(endless, response).catch(() => {});
      break;
    case 'file_gone':
  }
}

/** Bytes for as long as somebody reads them. */
function* endless(): Generator<Uint8Array> {
  for (;;) yield Buffer.alloc(chunkBytes);
}
