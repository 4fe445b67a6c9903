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
  /** What may be: "yes", "no", "–" or forms; several where it depends. */
  readonly wanted: readonly string[];
}

/** Reads the tables of a page. Pure. */
export function cellsOf(page: string): Cell[] {
  const cells: Cell[] = [];
  let part = '';
  let columns: readonly string[] = [];
  for (const line of page.split('\n')) {
    if (line.startsWith('## ')) part = line.slice(3);
    const fields = line.startsWith('|') ? line.split('|').slice(1, -1) : [];
    const [content = '', ...values] = fields.map((field) => field.trim());
    if (content === 'Content') columns = values;
    else if (part !== '' && content !== '' && !content.startsWith('-')) {
      for (const [index, value] of values.entries()) {
        const [connector = '', kind = ''] = (columns[index] ?? '').split(': ');
        cells.push({ part, content, connector, kind, wanted: value.split(' or ') });
      }
    }
  }
  return cells;
}

/** Every cell of the page in docs/. */
export function readCells(): Cell[] {
  return cellsOf(readFileSync(new URL('../../../docs/content-by-channel.md', import.meta.url), 'utf8'));
}
