/** A whole number from 1 to `most`, as it was typed; `usual` where nothing was; undefined where it is none. Pure. */
export function wholeNumber(text: string | undefined, usual: number, most: number): number | undefined {
  if (text === undefined) return usual;
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 && number <= most ? number : undefined;
}
