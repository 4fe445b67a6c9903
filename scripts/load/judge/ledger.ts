import { createHash } from 'node:crypto';

/** What a portal keeps of an event to prove its copy of the history. */
export interface Proof {
  /** Its sequence, 20 digits. */
  readonly sequence: string;
  readonly id: string;
  /** SHA-256 of what was opened, in hex. */
  readonly hash: string;
  /** As the event carries it. */
  readonly chain: string;
}

/**
 * The events of a portal by their sequences, and the chain over them. docs/portal-protocol.md, "Sequence and chain": a sequence is
 * one event for ever, and the chain of each follows from that of the one before, which may come later where there are strands.
 */
export interface Ledger {
  /** Gives what is wrong with it, in words; undefined when nothing is, or the one before it is not known yet. */
  take(proof: Proof): string | undefined;
  /** A notice carries the chain as of its last event. Gives what contradicts it. */
  takeNotice(sequence: string, chain: string): string | undefined;
  /** What is wrong with those whose predecessors have come since. */
  prove(): readonly string[];
}

/** Nothing is known but the beginning. */
export function createLedger(): Ledger {
  const proofs = new Map<number, Proof>();
  const chains = new Map<number, string>([[0, '0'.repeat(64)]]);
  const unproven = new Map<number, Proof>();

  const put = (sequence: number, chain: string): string | undefined => {
    const known = chains.get(sequence);
    chains.set(sequence, known ?? chain);
    return known === undefined || known === chain ? undefined : `${sequence} has another chain than it had`;
  };
  const proveOne = (proof: Proof): string | undefined => {
    const sequence = Number(proof.sequence);
    const before = chains.get(sequence - 1);
    if (before === undefined) {
      unproven.set(sequence, proof);
      return undefined;
    }
    unproven.delete(sequence);
    return chainAfter(before, proof) === proof.chain ? undefined : `the chain does not prove ${sequence}`;
  };
  return {
    take: (proof) => {
      const sequence = Number(proof.sequence);
      const known = proofs.get(sequence);
      if (known !== undefined) return isSame(known, proof) ? undefined : `${sequence} is another event than it was`;
      proofs.set(sequence, proof);
      return put(sequence, proof.chain) ?? proveOne(proof);
    },
    takeNotice: (sequence, chain) => put(Number(sequence), chain),
    prove: () => [...unproven.values()].flatMap((proof) => proveOne(proof) ?? []),
  };
}

/** Pure. */
export function chainAfter(before: string, { sequence, id, hash }: Omit<Proof, 'chain'>): string {
  const chained = createHash('sha256').update(Buffer.from(before, 'hex')).update(sequence).update(id);
  return chained.update(Buffer.from(hash, 'hex')).digest('hex');
}

function isSame(left: Proof, right: Proof): boolean {
  return left.id === right.id && left.hash === right.hash && left.chain === right.chain;
}
