import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

export const help = `npm run portal -- add --url <address>          makes a portal; prints its id, and its licence key: this once only
npm run portal -- add --pull <name>            the same for a portal without an address: a consumer of this name pulls its events
npm run portal -- list                         portals of the tenant
npm run portal -- keys <portal>                its licence keys, without their secrets
npm run portal -- rotate <portal>              makes a second licence key; prints it: this once only
npm run portal -- revoke <portal> <kid>        ends a licence key: it neither signs nor opens any more
npm run portal -- delete-key <portal> <kid>    removes a revoked licence key for good

  --name <name>     of the portal; the host of its address, or the consumer's name, by default
  --tenant <id>     another tenant than that of the key
  --request <text>  the same text again makes no second portal or key; for ten minutes it shows the same licence key
  --even-last       revoke: even if no valid key is left; what comes then waits until there is another one
  --help            this

TRUNKLINE_URL and TRUNKLINE_API_KEY say where; without them the demo of npm start in this folder.`;

const orders = ['add', 'list', 'keys', 'rotate', 'revoke', 'delete-key'] as const;

/** What can be asked for. */
export type Order = (typeof orders)[number];

/** What is to be done, and the request for it. */
export type Asked = { readonly order: Order; readonly request: Readonly<Record<string, unknown>> };

/** Reads the words of the command line; undefined: help is wanted. Throws an error with a sentence. */
export function readArguments(args: readonly string[]): Asked | undefined {
  const text = { type: 'string' } as const;
  const yes = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { url: text, pull: text, name: text, tenant: text, request: text, 'even-last': yes, help: yes },
  });
  if (values.help === true || args.length === 0) return undefined;
  const tenant = values.tenant === undefined ? {} : { tenantId: values.tenant };
  const [word, portalId, kid, ...more] = positionals;
  const order = orders.find((each) => each === word);
  const isEvenLast = values['even-last'] === true;
  if (order === undefined) throw new Error(`Say ${orders.slice(0, -1).join(', ')} or ${orders.at(-1)}.`);
  if (isEvenLast && order !== 'revoke') throw new Error('--even-last belongs to revoke.');
  const idempotencyKey = values.request ?? randomUUID();
  switch (order) {
    case 'add':
      requireNoMore(portalId);
      return { order, request: { ...tenant, ...placeOf(values), idempotencyKey } };
    case 'list':
      requireNoMore(portalId);
      return { order, request: tenant };
    case 'keys':
    case 'rotate': {
      requireNoMore(kid);
      const request = { portalId: required(portalId, 'the id of the portal') };
      return { order, request: order === 'rotate' ? { ...request, idempotencyKey } : request };
    }
    case 'revoke':
    case 'delete-key': {
      requireNoMore(more[0]);
      const request = {
        portalId: required(portalId, 'the id of the portal'),
        kid: required(kid, 'the kid of the key'),
      };
      return { order, request: isEvenLast ? { ...request, evenLast: true } : request };
    }
  }
}

/** Where its events go. */
function placeOf({ url = '', pull, name }: { url?: string; pull?: string; name?: string }): object {
  if (pull !== undefined) {
    if (url !== '') throw new Error('A portal is sent its events (--url), or pulls them (--pull).');
    return { settings: { primaryConsumer: pull }, name: name ?? pull };
  }
  if (!URL.canParse(url))
    throw new Error('--url is the address that events are sent to; a portal without one: --pull.');
  return { url, name: name ?? new URL(url).host };
}

function required(word: string | undefined, what: string): string {
  if (word === undefined) throw new Error(`Say ${what}.`);
  return word;
}

function requireNoMore(word: string | undefined): void {
  if (word !== undefined) throw new Error(`"${word}" is one word too many.`);
}
