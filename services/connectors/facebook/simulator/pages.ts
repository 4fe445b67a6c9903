import type { Fields } from './types.ts';

/** A list as the platform gives it: a page at a time, 25 unless more are asked for. */
export function pageOf(all: readonly Fields[], { limit = 25, after = '' }: Fields): Fields {
  const from = all.findIndex(({ id }) => id === after) + 1;
  const data = all.slice(from, from + Number(limit));
  const cursors = { before: data[0]?.id, after: data.at(-1)?.id };
  const isLast = from + data.length >= all.length;
  return {
    data,
    paging: { cursors, ...(isLast ? {} : { next: `https://graph.facebook.com/?after=${cursors.after}` }) },
  };
}
