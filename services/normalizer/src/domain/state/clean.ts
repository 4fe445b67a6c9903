/**
 * A text that every later hop can carry: a lone half of a surrogate pair and a NUL become the replacement character. The
 * length in UTF-16 units stays, so that marks still fit. Pure.
 */
export function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole;
}

/** The same value with every text in it clean; what is clean already is given back as it is. Pure. */
export function cleaned<Value>(value: Value): Value {
  return clean(value) as Value;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return cleanList(value);
  return isRecord(value) ? cleanRecord(value) : value;
}

function cleanList(list: readonly unknown[]): readonly unknown[] {
  const next = list.map(clean);
  return next.some((item, index) => item !== list[index]) ? next : list;
}

function cleanRecord(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let isSame = true;
  const entries = Object.entries(record).map(([key, value]) => {
    const entry = [cleanText(key), clean(value)] as const;
    isSame &&= entry[0] === key && entry[1] === value;
    return entry;
  });
  return isSame ? record : Object.fromEntries(entries);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !ArrayBuffer.isView(value);
}
