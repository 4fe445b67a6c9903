import { createSecretKey, randomBytes } from 'node:crypto';
import { headers } from '@trunkline/contracts';
import type { Verdict } from '@trunkline/runtime';
import type { Check, RequestFault } from '../domain/check/check.ts';
import { type Finding, findingOf, type Reply, verdictOfReply } from '../domain/check/judge.ts';
import { type CheckCursor, type CheckedPortal, type CheckStream, createCheckStream } from '../domain/check/stream.ts';
import type { WireEvent } from '../domain/check/wire-event.ts';
import { signatureHeaders } from '../domain/signature.ts';
import type { PostBatch } from './post-batch.ts';

/** One check and what came of it; without a finding it was not sent. */
export interface CheckResult {
  readonly check: Check;
  readonly finding?: Finding;
  /** Where the receiver says that it stands now. */
  readonly cursor: CheckCursor;
}

/** What a run of checks needs. */
export interface CheckRun {
  readonly portal: CheckedPortal;
  readonly post: PostBatch;
  readonly checks: readonly Check[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const hourMs = 3_600_000;
const mib = 1024 * 1024;
/** Size of the body where that is what is asked. */
const bodyBytes: Partial<Record<RequestFault, number>> = { wide: 2 * mib, too_wide: 3 * mib };

/**
 * Sends every check to a receiver, one after another, and tells each as it is known. A receiver that does not take the good batch
 * is asked nothing else: whatever it answered would say nothing of its own.
 */
export async function* runChecks(run: CheckRun): AsyncGenerator<CheckResult> {
  const stream = createCheckStream(run.portal, new Date(run.now()));
  let isWell = true;
  for (const [index, check] of run.checks.entries()) {
    if (!isWell) {
      yield { check, cursor: stream.cursor };
      continue;
    }
    const finding = await findingBy(run, stream, check);
    if (index === 0) isWell = finding.isRight;
    yield { check, finding, cursor: stream.cursor };
  }
}

async function findingBy(run: CheckRun, stream: CheckStream, check: Check): Promise<Finding> {
  const batches = await check.batches(stream);
  const isGood = check.expected === 'taken';
  const send = (batch: readonly WireEvent[]) =>
    deliver(run, batch, { fault: check.fault, stream: isGood ? stream : undefined });
  const begun = check.isAtOnce === true ? await Promise.all(batches.map(send)) : [];
  let finding: Finding | undefined;
  for (const [index, batch] of batches.entries()) {
    const { reply, verdict } = begun[index] ?? (await send(batch));
    finding = findingOf(check, reply, verdict);
    // Whether it moved by what it should not have taken is not known: after the right events it stands where they end.
    const isSpoilt = !isGood && verdict.kind === 'accepted' && stream.offered.length > 0;
    if (isSpoilt) await deliver(run, stream.offered, { stream });
    if (!finding.isRight) break;
  }
  // What was not taken because of the other one is taken now: it is not told as a fault of the checks behind.
  if (begun.length > 0 && finding?.isRight === false) for (const batch of batches) await send(batch);
  if (finding === undefined) throw new Error(`the check ${check.name} sends nothing`);
  return finding;
}

/** Delivers as in earnest: what was taken of a batch is not sent again, the rest is. */
async function deliver(
  run: CheckRun,
  batch: readonly WireEvent[],
  { stream, fault }: { readonly stream?: CheckStream | undefined; readonly fault?: RequestFault | undefined },
): Promise<{ readonly reply: Reply; readonly verdict: Verdict }> {
  let rest = batch;
  for (;;) {
    const { body, signature } = requestOf(run, rest, fault);
    const wanted = { 'content-type': 'application/cloudevents-batch+json', 'user-agent': 'Trunkline' };
    const reply = await run.post({ ...wanted, ...signature }, body);
    const verdict = verdictOfReply(reply, rest.length, run.now());
    if (verdict.kind !== 'accepted') return { reply, verdict };
    stream?.take(rest.slice(0, verdict.count));
    if (verdict.count >= rest.length) return { reply, verdict };
    rest = rest.slice(verdict.count);
  }
}

function requestOf({ portal, now }: CheckRun, batch: readonly WireEvent[], fault: RequestFault | undefined) {
  const text = batch.map((event) => JSON.stringify(event)).join(',');
  const sizeBytes = (fault && bodyBytes[fault]) ?? 0;
  // Blanks before the closing bracket: JSON says nothing by them.
  const body = Buffer.from(`[${text.padEnd(sizeBytes - 2)}]`);
  const [first, last] = [Number(batch[0]?.sequence), Number(batch.at(-1)?.sequence)];
  const name = { portalId: portal.id, first, last, replay: batch[0]?.replay };
  const keys = fault === 'forged' ? [createSecretKey(randomBytes(32))] : portal.signingKeys;
  const signature = signatureHeaders(name, body, keys, fault === 'old' ? now() - hourMs : now());
  if (fault === 'unsigned') delete signature[headers.webhookSignature];
  return { body, signature };
}
