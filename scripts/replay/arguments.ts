import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

export const help = `npm run replay -- <portal> --event <id> …            has events that were not delivered sent again
npm run replay -- <portal> --conversation <id>      those of a conversation
npm run replay -- <portal> --from <time> --to <time>  those of a time; without --to until now

  --kind expired|parked|withheld|skipped   those alone; with nothing else: all of them that are kept
  --list            what is kept instead, and the replays until now
  --cancel <n>      ends replay n
  --request <text>  the same text again makes no second replay
  --help            this

They come in order, with the attribute replay, whenever nothing else waits for the portal. Progress is shown until all is sent;
Ctrl-C ends only the looking. Times as 2026-07-01T10:00:00Z, or a date. TRUNKLINE_URL and TRUNKLINE_API_KEY say where; without
them the demo of npm start in this folder. \`npm run portal -- list\` has the ids of portals.`;

/** What is to be done, and the request for it. */
export type Asked =
  | { readonly order: 'replay'; readonly request: Readonly<Record<string, unknown>> & { readonly portalId: string } }
  | { readonly order: 'list'; readonly request: Readonly<Record<string, unknown>> & { readonly portalId: string } }
  | { readonly order: 'cancel'; readonly request: { readonly portalId: string; readonly number: number } };

const allTimes = { from: new Date(0).toISOString() };
const kinds = ['expired', 'parked', 'withheld', 'skipped'];
const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const options = {
  event: { type: 'string', multiple: true },
  ...{ conversation: text, from: text, to: text, kind: text, cancel: text, request: text, list: flag, help: flag },
} as const;

/** Reads the words of the command line; undefined: help is wanted. Throws an error with a sentence. Pure but for a new key. */
export function readArguments(args: readonly string[]): Asked | undefined {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  if (values.help || args.length === 0) return undefined;
  const [portalId, ...more] = positionals;
  if (portalId === undefined || more.length > 0) throw new Error('Say one portal.');
  if (values.kind !== undefined && !kinds.includes(values.kind))
    throw new Error(`--kind is one of ${kinds.join(', ')}.`);
  if (values.cancel !== undefined) return { order: 'cancel', request: { portalId, number: numberOf(values.cancel) } };
  const kind = values.kind === undefined ? {} : { kind: values.kind };
  const timeRange = rangeOf(values.from, values.to);
  const selections = [
    ...(values.event === undefined ? [] : [{ events: { ids: values.event } }]),
    ...(values.conversation === undefined ? [] : [{ conversationId: values.conversation }]),
    ...(timeRange === undefined ? [] : [{ timeRange }]),
  ];
  // Whoever names a kind alone means all of it that is kept.
  if (selections.length === 0 && values.kind !== undefined && !values.list) selections.push({ timeRange: allTimes });
  if (values.list) {
    if (values.event !== undefined) throw new Error('--list takes --conversation, --from, --to and --kind.');
    return { order: 'list', request: { portalId, ...kind, ...Object.assign({}, ...selections) } };
  }
  const [selection] = selections;
  if (selection === undefined || selections.length > 1) {
    throw new Error('Say what is to be sent again: --event, --conversation, or --from; --list shows what there is.');
  }
  const idempotencyKey = values.request ?? randomUUID();
  return { order: 'replay', request: { portalId, idempotencyKey, ...kind, ...selection } };
}

function numberOf(given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1) throw new Error('--cancel is the number of a replay.');
  return number;
}

function rangeOf(from: string | undefined, to: string | undefined) {
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined) throw new Error('--to needs --from.');
  return { from: timeOf('--from', from), ...(to === undefined ? {} : { to: timeOf('--to', to) }) };
}

function timeOf(name: string, given: string): string {
  const ms = Date.parse(given);
  if (Number.isNaN(ms)) throw new Error(`${name} is a time like 2026-07-01T10:00:00Z, or a date.`);
  return new Date(ms).toISOString();
}
