/** Markup that is safe to show: everything put into it was escaped. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | readonly Part[] | string | number | false | undefined;

/** Writes markup; whatever is put in is text, unless it is markup itself. Nothing is written for false and undefined. Pure. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const markup = strings.map((text, index) => text + written(parts[index])).join('');
  return { markup };
}

function written(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'markup' in part ? part.markup : part.map(written).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
