const REDRAW_MS = 100;
const LINE_EVERY_MS = 3_000;

/** @typedef {ReturnType<typeof createProgress>} Progress */

/**
 * Shows how far several things are, in one line that redraws itself; where the output is not a terminal, as a line each every
 * few seconds. `done` ends a thing with its last word, which stays.
 *
 * @param {NodeJS.WriteStream} [output]
 */
export function createProgress(output = process.stderr) {
  /** @type {Map<string, string>} */
  const current = new Map();
  /** @type {Map<string, number>} */
  const shownAt = new Map();
  let drawnAt = 0;
  const clear = () => output.isTTY && output.write('\r\x1b[K');
  const draw = () => {
    const text = [...current].map(([name, state]) => `${name} ${state}`).join('   ');
    output.write(`\r\x1b[K${text.slice(0, (output.columns ?? 80) - 1)}`);
    drawnAt = Date.now();
  };
  return {
    /** @param {string} name @param {string} state */
    update(name, state) {
      const now = Date.now();
      if (!shownAt.has(name)) shownAt.set(name, now);
      if (current.get(name) === state) return;
      current.set(name, state);
      if (output.isTTY) {
        if (now - drawnAt >= REDRAW_MS) draw();
      } else if (now - (shownAt.get(name) ?? 0) >= LINE_EVERY_MS) {
        shownAt.set(name, now);
        output.write(`  ${name} ${state}\n`);
      }
    },
    /** Shows it no longer, without a last word. @param {string} name */
    drop(name) {
      if (!current.delete(name)) return;
      clear();
      if (output.isTTY && current.size > 0) draw();
    },
    /** @param {string} name @param {string} word */
    done(name, word) {
      clear();
      current.delete(name);
      output.write(`  ${name} ${word}\n`);
      if (output.isTTY && current.size > 0) draw();
    },
  };
}

/** `12.4 of 42.2 MB, 29%`. @param {number} doneBytes @param {number} totalBytes */
export function bytes(doneBytes, totalBytes) {
  const mb = (/** @type {number} */ value) => (value / 1e6).toFixed(1);
  return `${mb(doneBytes)} of ${mb(totalBytes)} MB, ${Math.floor((100 * doneBytes) / totalBytes)}%`;
}

/** `3.2 s`. @param {number} sinceMs as performance.now() gave it */
export function took(sinceMs) {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
