import { type Collection, type Filter, pageSizeOf, readPageToken, writePageToken } from '@trunkline/runtime';
import { z } from 'zod';

/** What a page of a list is asked by. */
export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page of documents, in the order of ids. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

/** Reads one page of what fits the filter. Throws `invalid_argument` for a page that nobody gave. */
export async function pageOf<T extends { readonly _id: string }>(
  collection: Collection<T>,
  filter: Filter<T>,
  { pageSize, pageToken }: PageRequest,
): Promise<Page<T>> {
  const limit = pageSizeOf(pageSize, { usual: 100, most: 1_000 });
  const after = readPageToken(pageToken, z.string());
  const rest = (after === undefined ? filter : { ...filter, _id: { $gt: after } }) as Filter<T>;
  const cursor = collection.find(rest, { timeoutMS: 5_000 }).sort({ _id: 1 });
  const found = (await cursor.limit(limit + 1).toArray()) as unknown as T[];
  const items = found.slice(0, limit);
  return { items, nextPageToken: found.length > limit ? writePageToken(items.at(-1)?._id) : '' };
}
