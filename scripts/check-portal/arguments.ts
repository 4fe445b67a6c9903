import { parseArgs } from 'node:util';
import type { CheckCursor } from '../../services/delivery/src/domain/check/stream.ts';
import { chainStart } from '../../services/sealer/src/domain/chain.ts';
import { parseLicenceKey } from '../../services/sealer/src/domain/licence-key.ts';

export const help = `npm run check-portal -- <url> --key tlk_…   what a receiver of the portal protocol does wrong, in words

  --parallel   also what only the receiver of a parallel portal must do: strands
  --after <sequence> --chain <hex>   where the receiver stands; without them: at the beginning of a stream
  --source trunkline/<tenant>/<portal>   source of the events; trunkline/check/check by default
  --help   this

Without --key: the first of LICENCE_KEYS, as receivers have it. Take a receiver with a store of its own for this: it gets
messages of a contact named "Trunkline check", and the numbers of its stream are used up. Exit code 1: something is wrong.`;

/** What is to be checked. */
export interface Asked {
  readonly url: string;
  /** The licence key's secret. */
  readonly secret: Uint8Array;
  readonly tenantId: string;
  readonly portalId: string;
  readonly cursor: CheckCursor;
  /** True: its portal is parallel, or is to be. */
  readonly isParallel: boolean;
}

/** Reads the words of the command line; undefined: help is wanted. Throws an error with a sentence. Pure. */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): Asked | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { key: text, after: text, chain: text, source: text, parallel: flag, help: flag },
  });
  if (values.help === true || args.length === 0) return undefined;
  const [url = '', ...more] = positionals;
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isHttp || more.length > 0) throw new Error('Say one address of a receiver, http or https. --help says more.');
  const secret = parseLicenceKey((values.key ?? env.LICENCE_KEYS?.split(' ')[0] ?? '').trim());
  if (secret === undefined) {
    throw new Error('--key is no licence key, or is mistyped: npm run portal -- add prints one, once.');
  }
  const [, tenantId, portalId] = /^trunkline\/([^/]+)\/([^/.]+)$/.exec(values.source ?? 'trunkline/check/check') ?? [];
  if (tenantId === undefined || portalId === undefined) throw new Error('--source is trunkline/<tenant>/<portal>.');
  const cursor = cursorOf(values.after, values.chain);
  return { url, secret, tenantId, portalId, cursor, isParallel: values.parallel === true };
}

function cursorOf(after: string | undefined, chain: string | undefined): CheckCursor {
  if (after === undefined && chain === undefined)
    return { sequence: 0, chain: Buffer.from(chainStart).toString('hex') };
  const isSequence = /^\d{1,20}$/.test(after ?? '') && Number.isSafeInteger(Number(after));
  if (!isSequence || chain === undefined || !/^[0-9a-f]{64}$/.test(chain)) {
    throw new Error('--after is a sequence and --chain its 64 hex characters: the cursor that the receiver keeps.');
  }
  return { sequence: Number(after), chain };
}
