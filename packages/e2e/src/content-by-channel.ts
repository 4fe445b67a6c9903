import { readFileSync } from 'node:fs';

/** One cell of docs/content-by-channel.md. */
export interface Cell {
  /** Heading of its table's part: "To the person". */
  readonly part: string;
  /** What is carried. */
  readonly content: string;
  /** Folder of the connector. */
  readonly connector: string;
  /** Another kind of conversation, "comments", or a part of the account's world, "slack"; empty: the usual one. */
  readonly kind: string;
  /** What has to be: "yes", "no", "–" or forms. */
  readonly wanted: string;
}

/** A cell that is not as the messenger's own, by the page's table of them. */
export interface Departure {
  readonly content: string;
  /** Title of the column. */
  readonly column: string;
  readonly itself: string;
  readonly here: string;
  readonly why: string;
}

/** Reads the tables of a page. Pure. */
export function cellsOf(page: string): Cell[] {
  const cells: Cell[] = [];
  let part = '';
  let columns: readonly string[] = [];
  for (const line of page.split('\n')) {
    part = /^#{2,3} (.+)/.exec(line)?.[1] ?? part;
    const fields = line.startsWith('|') ? line.split('|').slice(1, -1) : [];
    const [content = '', ...values] = fields.map((field) => field.trim());
    if (content === 'Content') columns = values;
    else if (part !== '' && content !== '' && !content.startsWith('-')) {
      for (const [index, value] of values.entries()) {
        const [connector = '', kind = ''] = (columns[index] ?? '').split(': ');
        cells.push({ part, content, connector, kind, wanted: value });
      }
    }
  }
  return cells;
}

/** Reads the table of what is not as the messenger's own. Pure. */
export function departuresOf(page: string): Departure[] {
  const [, table = ''] = page.split(/^### Where we differ$/m);
  const [own = ''] = table.split(/^## /m);
  const rows = own.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((line) => {
    const [content = '', column = '', itself = '', here = '', why = ''] = line
      .split('|')
      .slice(1, -1)
      .map((field) => field.trim());
    return { content, column, itself, here, why };
  });
}

/** The page in docs/. */
export function readPage(): string {
  return readFileSync(new URL('../../../docs/content-by-channel.md', import.meta.url), 'utf8');
}
