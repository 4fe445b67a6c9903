import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientSide } from '@trunkline/testkit/simulator';
import { serveApi } from './api-server.ts';
import { clientSideOf } from './client-side.ts';
import { serveControl } from './control-server.ts';
import { deliverUpdates, type SlowAnswer } from './deliver.ts';
import { serveFile } from './file-server.ts';
import { type SimulatedBot, simulateBot } from './simulated-bot.ts';

export type { Fault } from './faults.ts';
export type { SimulatedBot } from './simulated-bot.ts';

/** How a simulator starts. */
export interface SimulatorOptions {
  /** 0, the default: any free one. */
  readonly port?: number;
  /** Address to listen on; this machine only by default. */
  readonly host?: string;
  /** Token and name of the first bot. */
  readonly token?: string;
  readonly username?: string;
  /** Wait after a hook's first failure, in milliseconds; it doubles. 1,000 by default. */
  readonly retryDelayMs?: number;
  /** Later than this is a slow answer, in milliseconds; 5,000 by default. */
  readonly answerLimitMs?: number;
  /** Now, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** A platform that speaks the Bot API, with one bot to begin with: the simulator is that bot and the server. */
export interface TelegramSimulator extends SimulatedBot {
  /** Root of the API, for a channel's settings. */
  readonly url: string;
  /** Another bot on the same platform. */
  addBot(names: { token: string; username: string }): SimulatedBot;
  /** Ends deliveries and connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const sampleToken = '700100:simulated-token-of-35-characters-00';

/** Starts a simulator. It keeps everything in memory. */
export async function createTelegramSimulator(options: SimulatorOptions = {}): Promise<TelegramSimulator> {
  const { port = 0, host = '127.0.0.1', token = sampleToken, username = 'trunkline_bot', now = Date.now } = options;
  const { retryDelayMs = 1_000, answerLimitMs = 5_000 } = options;
  const bots: SimulatedBot[] = [];
  const clients: ClientSide[] = [];
  const deliveries: Promise<void>[] = [];
  const ended = new AbortController();
  const find = (wanted: string) => bots.find((bot) => bot.token === wanted);
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://simulator');
    if (url.pathname.startsWith('/bot')) return serveApi(find, [request, response], url);
    if (url.pathname.startsWith('/file/')) return serveFile(find, response, url);
    return serveControl(clients, [request, response], ended.signal);
  }

  function addBot(names: { token: string; username: string }): SimulatedBot {
    const bot = simulateBot(names, now);
    const slow = bot.slowAnswers as SlowAnswer[];
    const onSlow = (answered: SlowAnswer) => void slow.push(answered);
    bots.push(bot);
    clients.push(clientSideOf(bot));
    deliveries.push(deliverUpdates(bot.state, { signal: ended.signal, retryDelayMs, answerLimitMs, onSlow }));
    return bot;
  }

  async function close(): Promise<void> {
    ended.abort();
    await Promise.all(deliveries);
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }

  const { port: actualPort } = server.address() as AddressInfo;
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${actualPort}`;
  return { ...addBot({ token, username }), url, addBot, close, [Symbol.asyncDispose]: close };
}
