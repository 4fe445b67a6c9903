import { createHash, randomBytes } from 'node:crypto';
import type { CheckFinding, CheckPortalRequest, CheckPortalResponse, PortalEntry } from '@trunkline/contracts';
import { deriveKeys, LicenceKeyError, type PortalKeys, sealEvent } from '@trunkline/portal-sdk';
import { type CallContext, invalidArgument, TrunklineError } from '@trunkline/runtime';
import { postTo } from '../check/post-batch.ts';
import { type CheckResult, runChecks } from '../check/run-checks.ts';
import { parallelChecks, portalChecks } from '../domain/check/checks.ts';
import { settingsOf } from '../domain/settings.ts';
import { chainStart } from '../domain/statement.ts';
import { type DeliveryContext, portalFor } from './context.ts';

/** What the protocol gives a receiver to answer in. */
const timeoutMs = 15_000;
const wholeMs = 180_000;

/** Sends the checks to a receiver and tells each finding as it is known. Without a licence key it makes one and tells it. */
export async function* checkPortal(
  request: CheckPortalRequest,
  caller: CallContext,
  context: DeliveryContext,
): AsyncGenerator<CheckPortalResponse> {
  const portal = portalFor(context, caller, request.portalId);
  const url = addressOf(request.url || portal.url);
  if (request.licenceKey === '') return yield { told: { $case: 'licenceKey', value: newLicenceKey() } };
  const keys = keysOf(request.licenceKey);
  if (!(await context.checks.take(portal.tenantId, wholeMs + timeoutMs))) throw underWay();
  try {
    yield* checked({ portal, url, keys }, AbortSignal.any([caller.signal, AbortSignal.timeout(wholeMs)]), context);
  } finally {
    await context.checks.release(portal.tenantId);
  }
}

interface Checked {
  readonly portal: PortalEntry;
  readonly url: string;
  readonly keys: PortalKeys;
}

async function* checked(
  { portal: entry, url, keys }: Checked,
  signal: AbortSignal,
  { httpOf, now }: DeliveryContext,
): AsyncGenerator<CheckPortalResponse> {
  const { id, tenantId } = entry;
  const checks = settingsOf(entry).strands > 1 ? parallelChecks : portalChecks;
  const portal = {
    ...{ id, tenantId, cursor: { sequence: 0, chain: chainStart }, signingKeys: [keys.signingKey] },
    seal: async (plaintext: Uint8Array) => sealEvent(keys, plaintext),
  };
  let right = 0;
  try {
    const post = postTo(url, httpOf(tenantId), { timeoutMs, signal });
    for await (const result of runChecks({ portal, post, checks, now })) {
      if (result.finding?.isRight === true) right += 1;
      yield { told: { $case: 'finding', value: findingOf(result) } };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    const value = `The check was ended after ${wholeMs / 1_000} s: the receiver answers too slowly.`;
    return yield { told: { $case: 'summary', value } };
  }
  yield {
    told: { $case: 'summary', value: `${right} of ${checks.length} right. ${remainder(right === checks.length)}` },
  };
}

function remainder(isAllRight: boolean): string {
  if (isAllRight) return 'Empty its store before events of a portal come to it: their numbers are used up.';
  return 'Empty its store before you check again: to a receiver that has taken events, these are repeats.';
}

function findingOf({ check, finding }: CheckResult): CheckFinding {
  const { name, sends, should } = check;
  if (finding === undefined) {
    return { name, sends, should, isRight: false, answered: '', meaning: '', why: '', change: '' };
  }
  const { isRight, answered, meaning } = finding;
  const { why, change } = isRight ? { why: '', change: '' } : finding;
  return { name, sends, should, isRight, answered, meaning, why, change };
}

function addressOf(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw invalidArgument({ field: 'url', description: 'must be the address of a receiver, http or https' });
}

function keysOf(licenceKey: string): PortalKeys {
  try {
    return deriveKeys(licenceKey);
  } catch (error) {
    if (!(error instanceof LicenceKeyError)) throw error;
    const description = `${error.message}; leave it out, and one is made`;
    throw invalidArgument({ field: 'licence_key', description });
  }
}

/** A key that is kept nowhere: it opens and signs nothing but this check. */
function newLicenceKey(): string {
  const secret = randomBytes(32);
  const checksum = createHash('sha256').update(secret).digest().subarray(0, 4);
  return `tlk_${Buffer.concat([secret, checksum]).toString('base64url')}`;
}

function underWay(): TrunklineError {
  return new TrunklineError('rate_limited', 'a check of this tenant is under way', {
    publicMessage: 'A check is under way already.',
    remedy: 'Wait until it has ended, three minutes at most.',
  });
}
