// Prints the hops of a message: `npm run follow -- --help`.
import { type Asked, help, readArguments } from './follow/arguments.ts';
import type { SeenBacklog } from './follow/backlog.ts';
import { call, itemsOf } from './follow/call.ts';
import { type PublicApi, publicApi, Sentence } from './follow/local.ts';
import { placesOf } from './follow/places.ts';
import { createTable, type ShownHop } from './follow/table.ts';

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
// Whoever read along has seen enough: `| head`.
process.stdout.on('error', () => ending.abort());

try {
  await follow(process.argv.slice(2));
} catch (error) {
  const isWords = error instanceof Sentence || (error instanceof Error && 'code' in error);
  if (!ending.signal.aborted) {
    console.error(isWords ? error.message : error);
    process.exitCode = 1;
  }
}

async function follow(args: readonly string[]): Promise<void> {
  const asked = read(args);
  if (asked === undefined) return console.log(help);
  const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const table = createTable({ hasColours, isOfMany: !isOfOne(asked) });
  const api = publicApi(process.env);
  const response = await call(api, 'AuditService/Follow', asked.request, ending.signal);
  const hops: ShownHop[] = [];
  for await (const hop of itemsOf<ShownHop>(response)) {
    if (hops.length === 0 && !asked.isJson) console.log(table.head());
    // A live stream may be open for days: only what the last line needs is kept.
    if (hops.length < 1_000) hops.push(hop);
    console.log(asked.isJson ? JSON.stringify(hop) : table.line(hop));
  }
  if (asked.isJson) return;
  if (hops.length === 0)
    return console.log('No hops. Nothing like it was recorded for this key, or history is still catching up.');
  console.log(['', ...table.names(hops), ''].join('\n'));
  const parts = { backlogOf: backlogs(api), nowMs: Date.now() };
  for (const place of await placesOf(asked.request, hops, parts)) console.log(table.place(place));
}

function isOfOne({ request }: Asked): boolean {
  return request.portalId === undefined && request.conversationId === undefined;
}

/** Asks how a portal's queue is doing. */
function backlogs(api: PublicApi) {
  return async (portalId: string): Promise<SeenBacklog> => {
    const response = await call(api, 'DeliveryService/GetBacklog', { portalId }, ending.signal);
    return (await response.json()) as SeenBacklog;
  };
}

function read(args: readonly string[]) {
  try {
    return readArguments(args);
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}
