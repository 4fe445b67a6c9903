import type { Metrics } from '../metrics.ts';
import type { StoredMessage } from './ports.ts';

/** What a direct get brought. */
export interface DirectAnswer {
  readonly messages: readonly StoredMessage[];
  /** True: whoever answered has no more of the subject; false: the limit ended it. */
  readonly isEnd: boolean;
}

/** Recognises direct gets that a lagging replica answered from its older copy. No input or output. */
export interface StaleGets {
  /** The stream holds a message of this sequence: a feed, the leader or a confirmation showed it. */
  saw(stream: string, sequence: number): void;
  /** A direct get is about to be sent; gives what takes its answer. */
  ask(stream: string, subject: string, fromSequence: number): (answer: DirectAnswer) => void;
  /** The leader gave the next message of a subject, or said that there is none. */
  settle(stream: string, subject: string, found: StoredMessage | undefined): void;
}

interface Claim {
  /** From here on it had nothing. */
  readonly from: number;
  /** What was known to be stored before it was asked. */
  readonly known: number;
}

/** Subjects of which the last answer is remembered: more than are behind at once. */
const mostClaims = 1_000;

/**
 * Calls `onStale` once for each answer that ended before a message that its asker knew to be stored, by its sequence, and that the
 * next read of the subject brought. No clock is compared, so none can be wrong; but of an answer that is too short only by what
 * this connection had not heard of, or that nobody reads on from, nobody knows: there are as many at least.
 */
export function createStaleGets(onStale: (stream: string) => void): StaleGets {
  const known = new Map<string, number>();
  const claims = new Map<string, Claim>();
  const saw = (stream: string, sequence: number) => {
    if (sequence > (known.get(stream) ?? 0)) known.set(stream, sequence);
  };
  /** True of a message that was stored when it was said that there was none. */
  const refute = (stream: string, subject: string, found: StoredMessage) => {
    const claim = claims.get(subject);
    if (claim !== undefined && found.sequence >= claim.from && found.sequence <= claim.known) onStale(stream);
  };
  return {
    saw,
    ask: (stream, subject, fromSequence) => {
      const before = known.get(stream) ?? 0;
      return ({ messages, isEnd }) => {
        const [first, last] = [messages[0], messages.at(-1)];
        if (first !== undefined) {
          refute(stream, subject, first);
          claims.delete(subject);
        }
        if (last !== undefined) saw(stream, last.sequence);
        const from = last === undefined ? fromSequence : last.sequence + 1;
        if (isEnd && before >= from) remember(claims, subject, { from, known: before });
      };
    },
    settle: (stream, subject, found) => {
      if (found !== undefined) {
        refute(stream, subject, found);
        saw(stream, found.sequence);
      }
      claims.delete(subject);
    },
  };
}

/** Counts them by stream: `trunkline_bus_stale_gets_total`. */
export function countStale(metrics: Metrics): (stream: string) => void {
  const help = 'Direct gets that a lagging replica answered from its older copy, as far as that shows.';
  const stale = metrics.counter('trunkline_bus_stale_gets_total', help, ['stream']);
  return (stream) => stale.add(1, { stream });
}

function remember(claims: Map<string, Claim>, subject: string, claim: Claim): void {
  claims.delete(subject);
  claims.set(subject, claim);
  const [oldest] = claims.keys();
  if (claims.size > mostClaims && oldest !== undefined) claims.delete(oldest);
}
