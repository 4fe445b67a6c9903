/** A list in pieces of at most so many, in order; none of an empty one. Pure. */
export function portionsOf<Item>(items: readonly Item[], most: number): (readonly Item[])[] {
  const made: (readonly Item[])[] = [];
  for (let from = 0; from < items.length; from += most) made.push(items.slice(from, from + most));
  return made;
}
