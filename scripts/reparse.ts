// Parses parked hook calls again, after a fix: `npm run reparse -- --help`.
import { parseArgs } from 'node:util';
import { call } from './follow/call.ts';
import { publicApi, Sentence } from './follow/local.ts';

const help = `npm run reparse -- <connector>             parses its parked hook calls again
npm run reparse -- <connector> --dry-run   only counts what would be understood

  --channel <id>   of this channel alone
  --help           this

What is understood now enters in the order in which it came, marked late; what was told already is not told again, so it may
be run as often as you like, also after it was broken off. What is still not understood stays parked, and is listed with the
reason. TRUNKLINE_URL and TRUNKLINE_API_KEY (an administrator's) say where; without them the demo of npm start in this folder.`;

const limitMs = 60_000;
const pageSize = 100;
const reasonsShown = 20;

interface SeenPage {
  readonly found?: number;
  readonly understood?: number;
  readonly events?: number;
  readonly stillParked?: readonly { readonly channelId: string; readonly reason: string }[];
  readonly nextPageToken?: string;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Sentence ? error.message : error);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  const asked = read(args);
  if (asked === undefined) return console.log(help);
  const total = { found: 0, understood: 0, events: 0 };
  const reasons = new Map<string, number>();
  for (let pageToken = ''; ; ) {
    const page = await pageOf({ ...asked, pageSize, pageToken });
    total.found += page.found ?? 0;
    total.understood += page.understood ?? 0;
    total.events += page.events ?? 0;
    for (const { channelId, reason } of page.stillParked ?? []) {
      const line = `channel ${channelId}: ${reason}`;
      reasons.set(line, (reasons.get(line) ?? 0) + 1);
    }
    pageToken = page.nextPageToken ?? '';
    if (pageToken === '') break;
  }
  const what = asked.isDryRun ? 'would be understood' : 'are understood now';
  console.log(`${total.found} parked hook calls, ${total.understood} ${what}: ${total.events} events`);
  const worst = [...reasons].toSorted(([, one], [, other]) => other - one);
  for (const [line, count] of worst.slice(0, reasonsShown)) console.log(`  still parked: ${count} of ${line}`);
}

async function pageOf(request: object): Promise<SeenPage> {
  const signal = AbortSignal.timeout(limitMs);
  const response = await call(publicApi(process.env, 'administrator'), 'MessageService/Reparse', request, signal);
  return (await response.json()) as SeenPage;
}

function read(args: readonly string[]) {
  const options = {
    'dry-run': { type: 'boolean', default: false },
    channel: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    if (values.help || args.length === 0) return undefined;
    const [connector, ...more] = positionals;
    if (connector === undefined || more.length > 0) throw new Error('Say one connector.');
    return { connector, channelId: values.channel ?? '', isDryRun: values['dry-run'] };
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}
