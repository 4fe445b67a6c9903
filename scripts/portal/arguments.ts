import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

export const help = `npm run portal -- add --url <address>   makes a portal; prints its id, and its licence key: this once only
npm run portal -- add --pull <name>     the same for a portal without an address: a consumer of this name pulls its events
npm run portal -- list                  portals of the tenant

  --name <name>     of the portal; the host of its address, or the consumer's name, by default
  --tenant <id>     another tenant than that of the key
  --request <text>  the same text again makes no second portal; for ten minutes it shows the same licence key
  --help            this

TRUNKLINE_URL and TRUNKLINE_API_KEY say where; without them the demo of npm start in this folder.`;

/** What is to be done, and the request for it. */
export type Asked = { readonly order: 'add' | 'list'; readonly request: Readonly<Record<string, unknown>> };

/** Reads the words of the command line; undefined: help is wanted. Throws an error with a sentence. */
export function readArguments(args: readonly string[]): Asked | undefined {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: text, pull: text, name: text, tenant: text, request: text, help: { type: 'boolean' } },
  });
  if (values.help === true || args.length === 0) return undefined;
  const tenant = values.tenant === undefined ? {} : { tenantId: values.tenant };
  const [order, ...more] = positionals;
  if (more.length > 0 || (order !== 'add' && order !== 'list')) throw new Error('Say add or list.');
  if (order === 'list') return { order, request: tenant };
  const { url = '', pull, request = randomUUID() } = values;
  if (pull !== undefined) {
    if (url !== '') throw new Error('A portal is sent its events (--url), or pulls them (--pull).');
    const settings = { primaryConsumer: pull };
    return { order, request: { ...tenant, settings, name: values.name ?? pull, idempotencyKey: request } };
  }
  if (!URL.canParse(url))
    throw new Error('--url is the address that events are sent to; a portal without one: --pull.');
  const { name = new URL(url).host } = values;
  return { order, request: { ...tenant, url, name, idempotencyKey: request } };
}
