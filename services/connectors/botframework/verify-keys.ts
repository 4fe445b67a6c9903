import { ConnectorError, jsonOrNothing, type Tools } from '@trunkline/adapter-kit';
import type { z } from 'zod';
import type { Settings } from './settings.ts';
import { keysSchema, metadataSchema, type SigningKey } from './types.ts';

/** The service's keys, as they are kept. */
interface KeptKeys {
  readonly keys: readonly SigningKey[];
  readonly fetchedAtMs: number;
  /** When they were last asked for because of a key that was not among them, or in vain. */
  readonly askedAtMs: number;
}

const name = 'signing keys';
const dayMs = 24 * 60 * 60_000;
/** For so long old keys are good while new ones cannot be had. */
const staleMs = 5 * dayMs;
const minuteMs = 60_000;
/** So long whoever forges calls may keep us from asking for a key that is really new. */
const askAgainMs = 5 * minuteMs;
const afterFailureMs = 30_000;
const timeoutMs = 3_000;
const maxBytes = 1_024 * 1_024;

/**
 * A key of the service by its name; undefined for none. Asked for once a day, and once in five minutes at most for a name that is
 * not known, so that whoever forges calls makes no more of them. Throws ConnectorError 'transient' while it cannot be known: a
 * call under a new key, which comes just after a forged one, is made again.
 */
export async function signingKey(kid: string, settings: Settings, tools: Tools): Promise<SigningKey | undefined> {
  const now = tools.now();
  const { keys = [], fetchedAtMs = 0, askedAtMs = 0 } = (await tools.state.get<KeptKeys>(name))?.value ?? {};
  const known = keys.find((key) => key.kid === kid);
  const isFresh = now < fetchedAtMs + dayMs;
  if (isFresh && known !== undefined) return known;
  if (isFresh && now < askedAtMs + askAgainMs) {
    throw new ConnectorError('transient', 'a key that is not known yet is asked for in a few minutes');
  }
  const usable = now < fetchedAtMs + staleMs ? known : undefined;
  const isInVain = !isFresh && now < askedAtMs + afterFailureMs;
  if (isInVain && usable !== undefined) return usable;
  if (isInVain) throw new ConnectorError('transient', "the service's keys could not be had a moment ago");
  // The first fetch of the day is no question for an unknown key: the next unknown one may still be asked for.
  const asked = isFresh ? now : askedAtMs;
  try {
    const fresh = await fetchKeys(settings, tools);
    await tools.state.put(name, { keys: fresh, fetchedAtMs: now, askedAtMs: asked } satisfies KeptKeys);
    return fresh.find((key) => key.kid === kid);
  } catch (error) {
    await tools.state.put(name, { keys, fetchedAtMs, askedAtMs: now } satisfies KeptKeys);
    if (usable !== undefined) return usable;
    const cause = { cause: error };
    throw new ConnectorError('transient', "the service's keys cannot be had now", cause);
  }
}

/** Has the service ever called, as far as is known? */
export async function hasBeenCalled(tools: Tools): Promise<boolean> {
  return (await tools.state.get<KeptKeys>(name)) !== undefined;
}

async function fetchKeys({ openIdUrl }: Settings, tools: Tools): Promise<readonly SigningKey[]> {
  const { jwks_uri: address } = await read(openIdUrl, metadataSchema, tools);
  return (await read(address, keysSchema, tools)).keys;
}

async function read<Shape>(url: string, schema: z.ZodType<Shape>, tools: Tools): Promise<Shape> {
  const response = await tools.fetch(url, { timeoutMs, maxBytes });
  return schema.parse(jsonOrNothing(await response.text()));
}
