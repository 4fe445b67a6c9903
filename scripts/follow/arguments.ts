import { parseArgs } from 'node:util';

export const help = `npm run follow -- <id>                 every hop of a message or event: our id, or the platform's
npm run follow -- --last               of the message that was seen last
npm run follow -- --portal <id>        everything of a portal
npm run follow -- --conversation <id>  everything of a conversation

  --live       go on as new hops come (Ctrl-C ends)
  --limit <n>  at most so many hops of the past; 200 by default
  --json       one hop a line, as JSON
  --help       this

TRUNKLINE_URL and TRUNKLINE_API_KEY say where; without them the demo of npm start in this folder.`;

/** What is asked for. */
export interface Asked {
  /** The request of AuditService.Follow. */
  readonly request: Readonly<Record<string, string | number | boolean>>;
  readonly isJson: boolean;
}

/** Reads the words of the command line; undefined: help is wanted. Throws an error with a sentence. Pure. */
export function readArguments(args: readonly string[]): Asked | undefined {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { last: flag, live: flag, json: flag, help: flag, portal: text, conversation: text, limit: text },
  });
  if (values.help) return undefined;
  const targets = [
    ...positionals.map((id) => ({ id })),
    ...(values.last ? [{ last: true }] : []),
    ...(values.portal === undefined ? [] : [{ portalId: values.portal }]),
    ...(values.conversation === undefined ? [] : [{ conversationId: values.conversation }]),
  ];
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    throw new Error('Say one thing to follow: an id, --last, --portal <id> or --conversation <id>.');
  }
  const limit = values.limit === undefined ? 0 : Number(values.limit);
  if (!Number.isInteger(limit) || limit < 0) throw new Error('--limit is a whole number.');
  return { request: { ...target, limit, isLive: values.live }, isJson: values.json };
}
