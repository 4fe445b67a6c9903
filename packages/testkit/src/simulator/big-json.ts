/** JSON's functions as the engine has them: with the literal's source text, and with texts that are written raw. */
const { parse, stringify, rawJSON } = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  stringify(value: unknown, replacer: (key: string, value: unknown) => unknown): string;
  rawJSON(text: string): unknown;
};

/** Writes JSON; a bigint is written as the whole number that it is: ids of platforms that a number cannot hold. Pure. */
export function toBigJson(value: unknown): string {
  return stringify(value, (_key, held) => (typeof held === 'bigint' ? rawJSON(String(held)) : held));
}

/** Reads JSON; whole numbers above 2^53 become bigints. Throws SyntaxError for what is no JSON. Pure. */
export function fromBigJson(text: string): unknown {
  return parse(text, (_key, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value,
  );
}
