import { Pool } from 'undici';
import { markedText } from '../mark.ts';
import type { Hook } from './platform.ts';

/** Telegram's id of the first client of every bot; the others have the next ones. */
export const clientId = 1_000_000;
/** So many messages a client writes before the next one does, where there are several. */
const atATime = 3;

/** A portal's clients, who write to the portal's bot by turns. */
export interface Writer {
  /** Name of the portal. */
  readonly name: string;
  readonly hook: Hook;
  /** How many they are: each has a conversation of its own. */
  readonly clients: number;
  /** Messages begun until now; of these the last may not have been taken yet. */
  begun: number;
  /** Messages that were taken until now. */
  taken: number;
}

/** How much is sent and how fast. */
export interface SendOptions {
  /** Messages to send; the run may end earlier by `seconds`. */
  readonly messages: number;
  /** Longest time; 0: until all are sent. */
  readonly seconds: number;
  /** Messages a second, evenly; 0: as fast as the door takes them. */
  readonly perSecond: number;
  /** Calls open at once, never two of the same bot: the messenger waits for its answer. */
  readonly connections: number;
  /** Characters of a message. */
  readonly characters: number;
  /** One message in so many is as long as the messenger lets it be; none by default. */
  readonly longEvery?: number;
}

/** What came of it. */
export interface SendResult {
  /** Hook calls that were answered 2xx. */
  readonly sent: number;
  /** Other answers and broken connections: each was sent again, as the messenger does. */
  readonly putOff: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** As long as Telegram lets a message be. */
const longest = 4_096;
const againMs = 50;
/** Longer than any outage of a run: a door that never opens again is a finding, not a wait. */
const insistMs = 300_000;
const answerMs = 10_000;

/** Writes messages as the platform tells them: by its hook, each bot's in its order. `writers` take turns. */
export async function send(writers: readonly Writer[], options: SendOptions, signal: AbortSignal): Promise<SendResult> {
  const [first] = writers;
  if (first === undefined) return { sent: 0, putOff: 0, firstAtMs: 0, lastAtMs: 0 };
  const pool = new Pool(new URL(first.hook.url).origin, { connections: options.connections, pipelining: 1 });
  const free = [...writers];
  const result = { sent: 0, putOff: 0, firstAtMs: Date.now(), lastAtMs: 0 };
  const startedAt = performance.now();
  const endsAt = options.seconds > 0 ? startedAt + options.seconds * 1_000 : Number.POSITIVE_INFINITY;
  let begun = 0;
  const mayBegin = () => begun < options.messages && performance.now() < endsAt && !signal.aborted;
  const work = async () => {
    while (mayBegin()) {
      const dueAt = options.perSecond > 0 ? startedAt + (begun * 1_000) / options.perSecond : 0;
      if (dueAt > performance.now()) {
        await pause(Math.max(1, dueAt - performance.now()));
        continue;
      }
      const writer = free.shift();
      if (writer === undefined) {
        await pause(1);
        continue;
      }
      begun += 1;
      const { putOff, isTaken } = await write(pool, writer, options, signal);
      result.putOff += putOff;
      if (isTaken) result.sent += 1;
      free.push(writer);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, work));
  result.lastAtMs = Date.now();
  await pool.close();
  return result;
}

interface Written {
  readonly putOff: number;
  /** False: the run was ended before. */
  readonly isTaken: boolean;
}

/** Writes one message, again and again until it is taken; says how often it was put off. */
async function write(pool: Pool, writer: Writer, options: SendOptions, signal: AbortSignal): Promise<Written> {
  writer.begun += 1;
  const { characters, longEvery = 0 } = options;
  const body = updateOf(writer, longEvery > 0 && writer.begun % longEvery === 0 ? longest : characters);
  const { pathname } = new URL(writer.hook.url);
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': writer.hook.secret };
  const givesUpAt = performance.now() + insistMs;
  for (let putOff = 0; performance.now() < givesUpAt; putOff += 1) {
    const status = await pool
      .request({ path: pathname, method: 'POST', headers, body, headersTimeout: answerMs, bodyTimeout: answerMs })
      .then(async (response) => {
        await response.body.dump();
        return response.statusCode;
      })
      .catch(() => 0);
    if (status >= 200 && status < 300) {
      writer.taken = writer.begun;
      return { putOff, isTaken: true };
    }
    if (signal.aborted) return { putOff, isTaken: false };
    await pause(againMs);
  }
  throw new Error(`message ${writer.begun} to ${writer.name} was not taken for ${insistMs / 1_000} s`);
}

function updateOf({ name, begun, clients }: Writer, characters: number): string {
  const person = clientId + (Math.floor((begun - 1) / atATime) % clients);
  const atMs = Date.now();
  const text = markedText({ portal: name, number: begun, atMs }, characters);
  const from = { id: person, is_bot: false, first_name: 'Anna', language_code: 'en' };
  const chat = { id: person, type: 'private', first_name: 'Anna' };
  const message = { message_id: begun, from, chat, date: Math.floor(atMs / 1_000), text };
  return JSON.stringify({ update_id: begun, message });
}

async function pause(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
