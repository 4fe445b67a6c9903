import { strandOf } from '../strands.ts';
import type { createSender, Wire } from './sender.ts';

const none = '0'.repeat(20);

/** Events of several conversations, as a portal's queue sends them: by strands, whose number changes where all are together. */
export function createStrands(sender: ReturnType<typeof createSender>) {
  let count = 1;
  let after: readonly string[] = [];
  let events: Wire[] = [];
  const of = (index: number, among = events) =>
    among.filter((event) => count === 1 || strandOf(event.subject as string | undefined, count) === index);
  return {
    get count() {
      return count;
    },
    /** The next event, of this conversation. */
    write: (subject?: string) => void events.push({ ...sender.event(), ...(subject !== undefined && { subject }) }),
    /** Events of a strand since their number changed, from one of its own on, each with its place. */
    batch: (index: number, from: number, size: number): Wire[] => {
      const own = of(index);
      return own.slice(from, from + size).map((event, at) => {
        const before = own[from + at - 1];
        if (count === 1 && (before !== undefined || after.length === 0)) return event;
        const strand = count > 1 && { strand: `${index}/${count}` };
        return { ...event, ...strand, previous: before === undefined ? after.join(' ') : String(before.sequence) };
      });
    },
    /** From here on there are so many strands: of the events since the last change so many were taken, all unless told otherwise. */
    change: (to: number, done = events.length) => {
      const taken = events.slice(0, done);
      const last = (index: number) => String(of(index, taken).at(-1)?.sequence ?? none);
      if (taken.length > 0 || after.length === 0) after = Array.from({ length: count }, (_, index) => last(index));
      events = events.slice(done);
      count = to;
    },
  };
}
