import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';

/**
 * Changes a command so that it does not outlive the process that starts it, even one that is killed: util-linux asks the kernel to
 * send the signal then. Where there is no util-linux (not Linux) the command stays as it is.
 */
export function tied(program: string, args: readonly string[], signal: 'TERM' | 'KILL'): [string, string[]] {
  if (!existsSync(SETPRIV)) return [program, [...args]];
  return [SETPRIV, ['--pdeathsig', signal, '--', program, ...args]];
}
