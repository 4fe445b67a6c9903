import { Command, type ErrorCode, type IngressItem, ids, laneOf } from '@trunkline/contracts';
import { type CallContext, pause, TrunklineError } from '@trunkline/runtime';
import { sha256Hex } from '../domain/outbound/submission.ts';
import type { SubmissionDocument } from '../domain/state/documents.ts';
import type { MessageContext } from './context.ts';

/** What became of a command: the id of what it is about; undefined while it waits for its turn. */
export type Ordered = { readonly resultId: string } | undefined;

/** Longest wait for a command's turn. */
const turnMs = 5_000;
const stepMs = 25;

/**
 * Gives an order to the stage and waits for what becomes of it, for 5 seconds at most. The same key with the same order gets
 * the same answer. Throws what the stage answered, `already_exists` for another order under the key, or `unavailable`.
 */
export async function order(
  {
    tenantId,
    idempotencyKey,
    command,
  }: { tenantId: string; idempotencyKey: string; command: NonNullable<Command['command']> },
  call: CallContext,
  { door, documents, now }: MessageContext,
): Promise<Ordered> {
  const value: Command = { id: ids.command(tenantId, idempotencyKey), tenantId, command };
  const former = await documents.get('submissions', value.id);
  if (former !== undefined) return resultOf(former, value);
  const item: IngressItem = {
    receivedAt: new Date(now()),
    traceparent: call.traceparent ?? '',
    item: { $case: 'command', value },
  };
  await door.submit(laneOf(tenantId), item, value.id);
  const endsAt = performance.now() + turnMs;
  while (performance.now() < endsAt && !call.signal.aborted) {
    const done = await documents.get('submissions', value.id);
    if (done !== undefined) return resultOf(done, value);
    await pause(stepMs, call.signal);
  }
  return undefined;
}

function resultOf(done: SubmissionDocument, command: Command): Ordered {
  requireSame(done, sha256Hex(Command.encode(command).finish()));
  if (done.outcome === 'done') return { resultId: done.resultId ?? '' };
  const reason = done.reason ?? '';
  // The stage writes codes of the closed list only.
  throw new TrunklineError((done.outcome ?? 'internal') as ErrorCode, reason, { publicMessage: reason });
}

/** Throws `already_exists` when a key was used for something else before. */
export function requireSame(former: SubmissionDocument, bodySha256: string): void {
  if (former.bodySha256 === bodySha256) return;
  const publicMessage = 'The idempotency key was used for something else before.';
  throw new TrunklineError('already_exists', publicMessage, { publicMessage, remedy: 'Use a new key.' });
}
