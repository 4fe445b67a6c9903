import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs a program to its end and returns its exit code and the last lines of its output, both streams together.
 * Does not throw when the program fails; resolves with code -1 when there is no such program.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ signal: AbortSignal, env?: NodeJS.ProcessEnv, cwd?: string, onLine?: (line: string) => void, keepLines?: number }} options
 * @returns {Promise<{ code: number, lines: string[] }>}
 */
export function run(command, args, { signal, env = process.env, cwd, onLine = () => {}, keepLines = 200 }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, args, { signal, env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {string[]} */
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (lines.length > keepLines) lines.shift();
        onLine(line);
      });
    }
    child.on('error', (error) =>
      /** @type {any} */ (error).code === 'ENOENT' ? resolve({ code: -1, lines }) : reject(error),
    );
    child.on('close', (code) => resolve({ code: code ?? -2, lines }));
  });
}
