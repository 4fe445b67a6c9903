/** Changes a text only where it is another one: nothing flickers, and a reader of screens hears changes alone. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Keeps the rows of a table: each item has its row by its key for as long as it is there. `make` makes an empty one, `fill`
 * writes it. The focus stays where it was while rows move.
 */
export function keepRows(body, { keyOf, make, fill }) {
  const rows = new Map();
  return (items) => {
    const focused = body.contains(document.activeElement) ? document.activeElement : undefined;
    const wanted = new Set(items.map(keyOf));
    for (const [key, row] of rows) {
      if (wanted.has(key)) continue;
      row.remove();
      rows.delete(key);
    }
    for (const [index, item] of items.entries()) {
      const key = keyOf(item);
      const row = rows.get(key) ?? make(key);
      rows.set(key, row);
      fill(row, item);
      if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
    }
    if (focused?.isConnected && document.activeElement !== focused) focused.focus();
  };
}
