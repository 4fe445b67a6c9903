import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { asTrunklineError, createOuterHttp, type Logger, pause, secretsKey, TrunklineError } from '@trunkline/runtime';
import type { SealerSettings } from '../config.ts';
import type { KeyUnwrapper } from './key-unwrapper.ts';
import { vaultTransit } from './vault-transit.ts';

/** Where the key-encryption key comes from. */
export type KekSettings = Pick<
  SealerSettings,
  | 'SEALER_KEK'
  | 'SEALER_KEK_FILE'
  | 'SEALER_KEK_WRAPPED'
  | 'SEALER_KMS_URL'
  | 'SEALER_KMS_KEY'
  | 'SEALER_KMS_TOKEN'
  | 'SEALER_KMS_TOKEN_FILE'
>;

/** What loading needs. */
export interface KekParts {
  readonly log: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
  /** How long a KMS that does not answer is waited for, and how often it is asked. */
  readonly patience?: { readonly forMs: number; readonly everyMs: number };
}

const keyBytes = 32;
const usualPatience = { forMs: 300_000, everyMs: 2_000 };
const connectTimeoutMs = 3_000;
const readableByOthers = 0o004;

/** The key-encryption key from wherever the settings say. Rejects with a sentence for whoever set it up. */
export async function loadKek(settings: KekSettings, parts: KekParts): Promise<KeyObject> {
  const { SEALER_KEK: given, SEALER_KEK_FILE: file, SEALER_KEK_WRAPPED: wrapped } = settings;
  if (given !== undefined) return given;
  if (file !== undefined) return keyOf(await secretIn('SEALER_KEK_FILE', file, parts.log));
  await using http = createOuterHttp({ allowPrivate: true, connectTimeoutMs });
  const tokenFile = settings.SEALER_KMS_TOKEN_FILE;
  const token = async () =>
    tokenFile === undefined
      ? (settings.SEALER_KMS_TOKEN?.reveal() ?? '')
      : await secretIn('SEALER_KMS_TOKEN_FILE', tokenFile, parts.log);
  const { SEALER_KMS_URL: url = '', SEALER_KMS_KEY: keyName } = settings;
  const key = await unwrapped(vaultTransit({ http, url, keyName, token }), wrapped ?? '', parts);
  if (key.length !== keyBytes)
    throw unusable(`What SEALER_KEK_WRAPPED holds has ${key.length} bytes instead of ${keyBytes}.`);
  return createSecretKey(key);
}

/** Asks until it answers: a KMS is often started beside us, or sealed for a moment. */
async function unwrapped(
  unwrapper: KeyUnwrapper,
  wrapped: string,
  { log, signal, patience = usualPatience }: KekParts,
): Promise<Uint8Array> {
  const untilMs = performance.now() + patience.forMs;
  for (;;) {
    try {
      return await unwrapper.unwrap(wrapped, signal);
    } catch (error) {
      const { code } = asTrunklineError(error);
      const isOver = performance.now() + patience.everyMs > untilMs;
      if (signal.aborted || code !== 'unavailable' || isOver) throw error;
      log.warn('The KMS does not open the key-encryption key yet, it will be asked again', { error });
      await pause(patience.everyMs, signal);
    }
  }
}

async function secretIn(setting: string, path: string, log: KekParts['log']): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & readableByOthers) !== 0) log.warn('A file with a secret may be read by everybody', { setting });
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new TrunklineError('failed_precondition', `The file of ${setting} cannot be read.`, { cause });
  }
}

function keyOf(text: string): KeyObject {
  const key = secretsKey(text);
  if (key === undefined) throw unusable(`The file of SEALER_KEK_FILE does not hold ${keyBytes} bytes as base64url.`);
  return key;
}

function unusable(sentence: string): TrunklineError {
  return new TrunklineError('failed_precondition', sentence);
}
