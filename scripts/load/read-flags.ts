import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The flags as they were typed; a text says what is wrong with them. */
export function readFlags<const Known extends Options>(
  args: readonly string[],
  options: Known,
): ReturnType<typeof parseArgs<{ args: string[]; options: Known }>>['values'] | string {
  try {
    return parseArgs<{ args: string[]; options: Known }>({ args: [...args], options }).values;
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n--help says what can be asked for.`;
  }
}
