import { createHash } from 'node:crypto';
import type { Attributes, Notice } from './batch.ts';
import { type Cursor, nextSequence, start } from './chain.ts';

/** The index of the strand that a conversation is in: the same for ever. */
export function strandOf(subject: string | undefined, count: number): number {
  return (
    createHash('sha256')
      .update(subject ?? '')
      .digest()
      .readUInt32BE() % count
  );
}

/**
 * Where a receiver stands: the stream without strands, and each strand that it ever saw. Former ones are kept: they tell what was
 * taken when the number of strands changes.
 */
export class Cursors {
  readonly #byStrand: Map<string, Cursor>;

  constructor(cursors: readonly Cursor[]) {
    this.#byStrand = new Map(cursors.map((cursor) => [cursor.strand ?? '', cursor]));
  }

  /** The cursor that an element moves. */
  of({ strand }: Pick<Attributes, 'strand'>): Cursor {
    const found = this.#byStrand.get(strand ?? '');
    return found ?? (strand === undefined ? start : { ...start, strand });
  }

  set(cursor: Cursor): void {
    this.#byStrand.set(cursor.strand ?? '', cursor);
  }

  all(): Cursor[] {
    return [...this.#byStrand.values()];
  }

  /** It was taken before, whichever strand it came in then. */
  isRepeat(item: Attributes | Notice): boolean {
    const own = this.of(item);
    // The same number for other content is no repeat: the sender lost its own history.
    if (item.sequence === own.sequence) return item.chain === own.chain;
    if (item.sequence < own.sequence || item.sequence <= this.of({ strand: undefined }).sequence) return true;
    if ('notice' in item) return false;
    return this.all().some(({ strand, sequence }) => {
      const [index, count] = (strand ?? '').split('/').map(Number);
      return count !== undefined && item.sequence <= sequence && strandOf(item.subject, count) === index;
    });
  }

  /** Everything that comes before it was taken. */
  follows(item: Attributes | Notice): boolean {
    const { strand, previous } = item;
    const base = this.of({ strand: undefined }).sequence;
    if (previous === undefined) {
      const first = 'notice' in item ? item.notice.from : item.sequence;
      return first <= nextSequence(base);
    }
    const [only = ''] = previous;
    if (previous.length === 1) return only <= base || only <= this.of({ strand }).sequence;
    return previous.every(
      (last, index) => last <= base || last <= this.of({ strand: `${index}/${previous.length}` }).sequence,
    );
  }

  /** The chain as of the event before, if that is known: beside a strand's own events the others' lie. */
  chainBefore({ sequence }: Pick<Attributes, 'sequence'>): string | undefined {
    const before = [this.of({ strand: undefined }), ...this.all()];
    return before.find((cursor) => nextSequence(cursor.sequence) === sequence)?.chain;
  }
}
