import { asTrunklineError, type OuterHttp, type OuterResponse, TrunklineError } from '@trunkline/runtime';
import { z } from 'zod';
import type { KeyUnwrapper } from './key-unwrapper.ts';

/** Where HashiCorp Vault is, and how it knows us. */
export interface VaultTransit {
  readonly http: Pick<OuterHttp, 'call'>;
  /** Without a path. */
  readonly url: string;
  /** Name of the key. */
  readonly keyName: string;
  /** Read at each call: tokens are renewed. */
  readonly token: () => Promise<string>;
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 5_000;
const maxAnswerBytes = 64 * 1024;
const answered = z.object({ data: z.object({ plaintext: z.base64() }) });

/** The Transit engine of HashiCorp Vault: `POST <url>/v1/transit/decrypt/<key>` with `{"ciphertext": "vault:v1:…"}`. */
export function vaultTransit({ http, url, keyName, token, timeoutMs = usualTimeoutMs }: VaultTransit): KeyUnwrapper {
  return {
    unwrap: async (wrapped, signal) => {
      const response = await http.call({
        url: new URL(`/v1/transit/decrypt/${keyName}`, url).href,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-vault-token': await token() },
        body: JSON.stringify({ ciphertext: wrapped }),
        ...{ timeoutMs, maxBytes: maxAnswerBytes, signal },
      });
      const text = await textOf(response);
      if (response.status !== 200) throw refusal(response.status, keyName);
      const read = answered.safeParse(parsed(text));
      if (!read.success)
        throw never('The KMS answers something that is no key: is SEALER_KMS_URL the address of Vault?');
      return Buffer.from(read.data.data.plaintext, 'base64');
    },
  };
}

/** What an answer other than 200 means. Vault says 429, 472, 473 and 503 while it stands by, is sealed or not set up. */
function refusal(status: number, keyName: string): TrunklineError {
  const path = `transit/decrypt/${keyName}`;
  if (status === 400)
    return never(`The KMS cannot open SEALER_KEK_WRAPPED (400): was it wrapped by its key ${keyName}?`);
  if (status === 403) return never(`The KMS refuses the token (403): it must be valid and may update ${path}.`);
  if (status === 404) return never(`The KMS knows no ${path} (404): is Transit switched on, and SEALER_KMS_KEY right?`);
  if (status >= 300 && status < 400)
    return never(`The KMS leads elsewhere (${status}): give SEALER_KMS_URL the address that answers.`);
  return new TrunklineError('unavailable', `the KMS answered ${status}`);
}

function never(sentence: string): TrunklineError {
  return new TrunklineError('failed_precondition', sentence);
}

async function textOf({ stream }: OuterResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of stream) parts.push(part);
  } catch (error) {
    if (asTrunklineError(error).code === 'too_large') return '';
    throw error;
  }
  return Buffer.concat(parts).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
