/** JSON's reviver as the engine calls it: with the literal's source text. */
type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;

/**
 * Parses JSON, keeping whole numbers above 2^53 as text, because platforms send ids that a number cannot hold. Bytes must
 * be UTF-8. Throws SyntaxError for what is no JSON, TypeError for what is no UTF-8, RangeError when nested too deeply. Pure.
 */
export function safeJson(body: Uint8Array | string): unknown {
  const text = typeof body === 'string' ? body : utf8.decode(body);
  if (!mayHoldLargeNumber.test(text)) return JSON.parse(text);
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && wholeNumber.test(source)
      ? source
      : value,
  );
}

/** The same; undefined for what is no JSON: a proxy's page in place of an answer. Pure. */
export function jsonOrNothing(text: string): unknown {
  try {
    return safeJson(text);
  } catch {
    return undefined;
  }
}

/** One for all: making it costs more than what it does. */
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** The slow way is taken only where a long run of digits stands: one call in a hundred. */
const mayHoldLargeNumber = /\d{16}/;
const wholeNumber = /^-?\d+$/;
