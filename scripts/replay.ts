// Has events that were not delivered sent again: `npm run replay -- --help`.
import { setTimeout as wait } from 'node:timers/promises';
import { call } from './follow/call.ts';
import { publicApi, Sentence } from './follow/local.ts';
import { type Asked, help, readArguments } from './replay/arguments.ts';
import { endLines, isOver, listLines, replayLine, type SeenReplay, type SeenUndelivered } from './replay/lines.ts';

const limitMs = 15_000;
const lookEveryMs = 500;
const shownAtOnce = 50;

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!ending.signal.aborted) {
    console.error(error instanceof Sentence ? error.message : error);
    process.exitCode = 1;
  }
}

async function main(args: readonly string[]): Promise<void> {
  const asked = read(args);
  if (asked === undefined) return console.log(help);
  switch (asked.order) {
    case 'list':
      return console.log((await listed(asked.request)).join('\n'));
    case 'cancel':
      return await show(await answerOf<SeenReplay>('CancelReplay', asked.request));
    case 'replay':
      return await show(await answerOf<SeenReplay>('Replay', asked.request));
  }
}

/** Shows a replay whenever it has changed, until it is over. */
async function show(first: SeenReplay): Promise<void> {
  let replay = first;
  let told = '';
  for (;;) {
    const line = replayLine(replay);
    if (line !== told) console.log(line);
    told = line;
    if (isOver(replay)) break;
    await wait(lookEveryMs, undefined, { signal: ending.signal });
    replay = await answerOf<SeenReplay>('GetReplay', { portalId: replay.portalId, number: replay.number });
  }
  for (const line of endLines(replay)) console.log(line);
}

async function listed(request: Asked['request']): Promise<string[]> {
  const kept = await answerOf<SeenUndelivered>('ListUndelivered', { ...request, pageSize: shownAtOnce });
  const { portalId } = request;
  const { replays } = await answerOf<{ replays: SeenReplay[] }>('ListReplays', { portalId, pageSize: shownAtOnce });
  return listLines(kept, replays);
}

async function answerOf<Answer>(method: string, request: object): Promise<Answer> {
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(limitMs)]);
  try {
    const response = await call(publicApi(process.env), `DeliveryService/${method}`, request, signal);
    return (await response.json()) as Answer;
  } catch (error) {
    throw signal.aborted && !ending.signal.aborted
      ? new Sentence(`There was no answer within ${limitMs / 1_000} s.`)
      : error;
  }
}

function read(args: readonly string[]): Asked | undefined {
  try {
    return readArguments(args);
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}
