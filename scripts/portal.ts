// Makes and lists portals, and changes their licence keys, by the public API: `npm run portal -- --help`.
import { call } from './follow/call.ts';
import { publicApi, Sentence } from './follow/local.ts';
import { type Asked, help, type Order, readArguments } from './portal/arguments.ts';
import { keyLines, type MadeKey, madeKeyLines, type SeenKey } from './portal/key-lines.ts';
import { listLines, type MadePortal, madeLines, type SeenPortal } from './portal/lines.ts';

const limitMs = 15_000;
const pageSize = 1_000;

type Request = Asked['request'];

/** What each order calls, and what it prints. */
const linesOf: Readonly<Record<Order, (request: Request) => Promise<string[]>>> = {
  add: async (request) => madeLines(await answerOf<MadePortal>('CreatePortal', request)),
  list: async (request) => listLines(await list(request)),
  keys: async (request) => keyLines(await keysBy('ListPortalKeys', request)),
  rotate: async (request) => madeKeyLines(await answerOf<MadeKey>('RotatePortalKey', request)),
  revoke: async (request) => keyLines(await keysBy('RevokePortalKey', request)),
  'delete-key': async (request) => keyLines(await keysBy('DeletePortalKey', request)),
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Sentence ? error.message : error);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  const asked = read(args);
  if (asked === undefined) return console.log(help);
  console.log((await linesOf[asked.order](asked.request)).join('\n'));
}

async function list(request: Request): Promise<SeenPortal[]> {
  const portals: SeenPortal[] = [];
  let pageToken = '';
  do {
    const wanted = { ...request, pageSize, pageToken };
    const page = await answerOf<{ portals?: SeenPortal[]; nextPageToken?: string }>('ListPortals', wanted);
    portals.push(...(page.portals ?? []));
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return portals;
}

async function keysBy(method: string, request: Request): Promise<readonly SeenKey[]> {
  return (await answerOf<{ keys?: SeenKey[] }>(method, request)).keys ?? [];
}

async function answerOf<Answer>(method: string, request: object): Promise<Answer> {
  const who = 'tenantId' in request ? 'administrator' : 'demo';
  const signal = AbortSignal.timeout(limitMs);
  try {
    const answer = await call(publicApi(process.env, who), `DirectoryService/${method}`, request, signal);
    return (await answer.json()) as Answer;
  } catch (error) {
    throw signal.aborted ? new Sentence(`There was no answer within ${limitMs / 1_000} s.`) : error;
  }
}

function read(args: readonly string[]): Asked | undefined {
  try {
    return readArguments(args);
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}
