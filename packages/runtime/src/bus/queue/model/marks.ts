import { strandOf } from '@trunkline/contracts';
import { convOf, fromOf, isNotice, type ModelItem } from './items.ts';

/**
 * What a receiver keeps of a portal whose strands may change: for each strand that it ever saw, and for the stream without any, the
 * last that it took. This is the rule of docs/portal-protocol.md, and nothing else.
 */
export interface Marks {
  /** It took this, or was told of it, before. */
  isRepeat(item: ModelItem): boolean;
  /** What comes before this has come. */
  follows(item: ModelItem): boolean;
  /** It is taken. */
  move(item: ModelItem): void;
}

/** Makes the marks of one receiver. */
export function createMarks(): Marks {
  const marks = new Map<string, number>();
  const at = (name: string) => marks.get(name) ?? 0;
  const nameOf = ({ place }: ModelItem) => place?.name ?? '';
  return {
    isRepeat: (item) => {
      if (item.sequence <= at('') || item.sequence <= at(nameOf(item))) return true;
      if (isNotice(item)) return false;
      return [...marks].some(([name, last]) => {
        const [index, count] = name.split('/').map(Number);
        return count !== undefined && strandOf(convOf(item.sequence), count) === index && item.sequence <= last;
      });
    },
    follows: (item) => {
      const { place } = item;
      if (place === undefined) return fromOf(item) <= at('') + 1;
      const { previous } = place;
      const [only] = previous;
      if (previous.length === 1 && only !== undefined) return only <= Math.max(at(''), at(nameOf(item)));
      return previous.every((last, index) => last <= Math.max(at(''), at(`${index}/${previous.length}`)));
    },
    move: (item) => void marks.set(nameOf(item), Math.max(at(nameOf(item)), item.sequence)),
  };
}
