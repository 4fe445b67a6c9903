// Makes and lists portals by the public API: `npm run portal -- --help`.
import { call } from './follow/call.ts';
import { publicApi, Sentence } from './follow/local.ts';
import { type Asked, help, readArguments } from './portal/arguments.ts';
import { listLines, type MadePortal, madeLines, type SeenPortal } from './portal/lines.ts';

const limitMs = 15_000;
const pageSize = 1_000;

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Sentence ? error.message : error);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  const asked = read(args);
  if (asked === undefined) return console.log(help);
  const lines = asked.order === 'add' ? madeLines(await add(asked)) : listLines(await list(asked));
  console.log(lines.join('\n'));
}

async function add({ request }: Asked): Promise<MadePortal> {
  return await answerOf<MadePortal>('DirectoryService/CreatePortal', request);
}

async function list({ request }: Asked): Promise<SeenPortal[]> {
  const portals: SeenPortal[] = [];
  let pageToken = '';
  do {
    const wanted = { ...request, pageSize, pageToken };
    const page = await answerOf<{ portals?: SeenPortal[]; nextPageToken?: string }>(
      'DirectoryService/ListPortals',
      wanted,
    );
    portals.push(...(page.portals ?? []));
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return portals;
}

async function answerOf<Answer>(method: string, request: object): Promise<Answer> {
  const who = 'tenantId' in request ? 'administrator' : 'demo';
  const signal = AbortSignal.timeout(limitMs);
  try {
    return (await (await call(publicApi(process.env, who), method, request, signal)).json()) as Answer;
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
