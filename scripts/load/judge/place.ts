import { createHash } from 'node:crypto';

/** What says where an element stands in its portal's stream. */
export interface Placed {
  readonly type: string;
  readonly sequence: string;
  readonly datacontenttype: string;
  readonly subject?: string;
  /** Only of a parallel portal: index and number of the strands, as `3/4`. */
  readonly strand?: string;
  /** Sequences of what comes before it, separated by blanks. */
  readonly previous?: string;
  readonly data: unknown;
}

/** How an element follows what came before: as it must, again, or after something that never came. */
export type Following = 'next' | 'repeat' | 'gap';

/** Where a receiver stands, strands and all. docs/portal-protocol.md, "Sequence and chain" and "Parallel portals". */
export interface Place {
  /** Moves behind the element; a gap moves it too, so that one fault is not told as many. Throws when its attributes contradict each other. */
  take(element: Placed): Following;
}

/** Index of the strand that a conversation is in. Pure. */
export function strandOf(subject: string, count: number): number {
  return createHash('sha256').update(subject).digest().readUInt32BE() % count;
}

/** Stands at the beginning of a stream. */
export function createPlace(): Place {
  /** By the name of the strand; the stream without strands has none. */
  const cursors = new Map<string, number>();
  const at = (strand: string) => cursors.get(strand) ?? 0;
  const isTaken = (sequence: number, strand: string) => sequence <= at('') || sequence <= at(strand);
  const isRepeat = (element: Placed, sequence: number) => {
    if (isTaken(sequence, element.strand ?? '')) return true;
    if (isNotice(element)) return false;
    // The number of strands was changed and it came in another one.
    return [...cursors].some(([name, cursor]) => {
      const [index, count] = parts(name);
      return count > 0 && sequence <= cursor && strandOf(element.subject ?? '', count) === index;
    });
  };
  return {
    take: (element) => {
      const { strand = '', previous } = element;
      assertOwn(element);
      const sequence = Number(element.sequence);
      const before = previous?.split(' ').map(Number);
      const first = isNotice(element) ? Number((element.data as { readonly from: string }).from) : sequence;
      const follows =
        before === undefined
          ? first <= at('') + 1
          : before.every((last, index) => isTaken(last, before.length === 1 ? strand : `${index}/${before.length}`));
      const following = isRepeat(element, sequence) ? 'repeat' : follows ? 'next' : 'gap';
      if (following !== 'repeat' || follows) cursors.set(strand, Math.max(at(strand), sequence));
      return following;
    },
  };
}

/** True of an element that tells of others. Pure. */
export function isNotice({ datacontenttype }: Pick<Placed, 'datacontenttype'>): boolean {
  return datacontenttype !== 'application/jose';
}

function parts(strand: string): readonly [index: number, count: number] {
  const [index = 0, count = 0] = strand.split('/').map(Number);
  return [index, count];
}

/** A receiver may compute the strand itself: what it is told must be that. */
function assertOwn(element: Placed): void {
  const { strand, previous, subject = '', sequence } = element;
  if (strand === undefined) return;
  const [index, count] = parts(strand);
  if (previous === undefined)
    throw new Error(`${sequence} is in strand ${strand} and does not say what it comes after`);
  if (!isNotice(element) && strandOf(subject, count) !== index)
    throw new Error(`${sequence} came in strand ${strand}, its conversation is in ${strandOf(subject, count)}`);
}
