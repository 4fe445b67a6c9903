/** Shifts every line to the right. Pure. */
export function indented(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}

/** Variables as a YAML mapping; every value is quoted, so that none is taken for a number or a switch. Pure. */
export function mapping(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join('\n');
}
