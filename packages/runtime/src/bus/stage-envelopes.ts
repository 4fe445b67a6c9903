import { Envelope, type Position } from '@trunkline/contracts';
import { TrunklineError } from '../errors.ts';

/** What one envelope holds at most. */
const envelopeItems = 500;
const envelopeBytes = 512 * 1024;
/** An output larger than an envelope travels alone, up to this. */
const outputBytes = 1024 * 1024;
/** What an item costs beside its own bytes. */
const overheadBytes = 6;

type Outputs = readonly Uint8Array[];

/** Where envelopes come from. */
export interface EnvelopeOrigin {
  readonly stage: string;
  readonly lane: number;
  readonly epoch: number;
}

/** One envelope and the position after it. */
export interface SealedEnvelope {
  readonly to: Position;
  readonly out: Uint8Array;
}

/** How many of the first items' outputs fit into one envelope whole. Pure. */
export function fittingItems(outputs: readonly Outputs[]): number {
  let items = 0;
  let bytes = 0;
  const tooMuch = outputs.findIndex((own) => {
    items += own.length;
    bytes += sizeOf(own);
    return items > envelopeItems || bytes > envelopeBytes;
  });
  return tooMuch === -1 ? outputs.length : tooMuch;
}

/** The envelope of a micro-batch; undefined when it says nothing. Pure. */
export function envelopeOf(
  origin: EnvelopeOrigin,
  from: Position,
  to: Position,
  items: Outputs,
): Uint8Array | undefined {
  if (items.length === 0) return undefined;
  return Envelope.encode({
    ...origin,
    from,
    to,
    items: items.map((item) => Buffer.from(item.buffer, item.byteOffset, item.length)),
  }).finish();
}

/**
 * Cuts the outputs of one item, which are more than an envelope holds, into envelopes. The position after all but the last
 * says how many outputs are out. Throws `too_large` for an output that no envelope can carry. Pure.
 */
export function cutOutputs(origin: EnvelopeOrigin, from: Position, at: Position, outputs: Outputs): SealedEnvelope[] {
  if (outputs.some(({ length }) => length > outputBytes))
    throw new TrunklineError('too_large', 'one output exceeds 1 MiB');
  const sealed: SealedEnvelope[] = [];
  let before = from;
  for (let done = 0; done < outputs.length; ) {
    const rest = outputs.slice(done).map((output) => [output]);
    const count = Math.max(fittingItems(rest), 1);
    const to = { ...at, output: done + count < outputs.length ? done + count : 0 };
    const out = envelopeOf(origin, before, to, outputs.slice(done, done + count));
    if (out !== undefined) sealed.push({ to, out });
    before = to;
    done += count;
  }
  return sealed;
}

function sizeOf(outputs: Outputs): number {
  return outputs.reduce((bytes, output) => bytes + output.length + overheadBytes, 0);
}
