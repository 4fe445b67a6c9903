import type { ClientSide } from './client-side.ts';
import type { Running, SimulatorOptions } from './start-simulator.ts';

/** What the command of one simulator says. */
export interface SimulatorCommand<Simulator> {
  readonly messenger: string;
  readonly port: number;
  /** How a person is named there: what a shell gives as `from`. */
  readonly samplePerson: string;
  /** Values that a channel needs, by their names: tokens, ids. */
  readonly shown: (simulator: Simulator) => Readonly<Record<string, string>>;
  /** Sentences about what is special: how a hook is set, what a shell may do. */
  readonly notes: readonly string[];
}

/** Runs a simulator as a command of its own until it is told to stop; `--help` says what it can do. */
export async function runSimulator<Simulator extends Running & { readonly accounts: readonly ClientSide[] }>(
  start: (options: SimulatorOptions) => Promise<Simulator>,
  command: SimulatorCommand<Simulator>,
): Promise<void> {
  const isHelp = process.argv.includes('--help');
  const { PORT: port = String(command.port), BIND_ADDRESS: host = '127.0.0.1' } = process.env;
  const onComplaint = (what: string) => console.error(`Must not be: ${what}`);
  const simulator = await start({ port: isHelp ? 0 : Number(port), host, onComplaint });
  const [account] = simulator.accounts;
  if (account === undefined || isHelp) {
    if (account !== undefined) console.log(helpOf(command, account));
    return simulator.close();
  }
  const rows = { 'Write as a client': `${simulator.url}/`, ...command.shown(simulator) };
  for (const [name, value] of Object.entries(rows)) console.log(`${`${name}:`.padEnd(20)} ${value}`);
  console.log(`What else it can do, and how it can be made to fail: npm run simulate ${command.messenger} -- --help`);
  const stop = () =>
    void simulator.close().catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    });
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function helpOf(
  { messenger, port, samplePerson, notes }: Omit<SimulatorCommand<never>, 'shown'>,
  { id, actions, troubles }: ClientSide,
): string {
  const control = `http://127.0.0.1:${port}/control/${id}`;
  const post = (action: string, body: string) =>
    `  curl -H content-type:application/json -d '${body}' ${control}/${action}`;
  return `A simulated ${messenger}, on this machine and in memory. In a browser its address is a page to write as a client.

  PORT             port; ${port}
  BIND_ADDRESS     address to listen on; 127.0.0.1

${notes.join('\n')}

Everything a person does there, and everything that goes wrong, is one call:

${post('person', `{"id": "${samplePerson}", "name": "Anna"}`)}
${post('write', `{"from": "${samplePerson}", "text": "hello"}`)}
${post('fail', '{"kind": "cut_after", "times": 2}')}

Actions:  ${Object.keys(actions).join(', ')}.
Troubles: ${Object.entries(troubles.sentences)
    .map(([kind, sentence]) => `\n  ${kind.padEnd(20)} ${sentence}`)
    .join('')}
A trouble takes times, method, to, delayMs, seconds, code, status, count, location, as far as they say something to it.`;
}
