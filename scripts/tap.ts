// Prints messages of the bus, decoded: `npm run tap -- --help`.
import { parseArgs } from 'node:util';
import { subjects as spelled, streams } from '../packages/contracts/src/index.ts';
import { busTable, createJetStreamLog } from '../packages/runtime/src/index.ts';
import { Sentence } from './follow/local.ts';
import { decoded } from './tap/decode.ts';
import { openBus } from './tap/open-bus.ts';

const help = `npm run tap -- <stream> [subject]   messages of a stream as they come, one line of JSON each (Ctrl-C ends)

  --last <n>   begin n messages before the end of the stream; 10 by default
  --help       this

Streams: INGRESS, FACTS, OUTBOX, DELIVERIES, TIMERS, CURSORS, EGRESS_<connector>, SENDS_<connector>.
A subject may have wildcards: "${spelled.allFacts(3)}". What people wrote is printed in clear: this is for your own machine.
NATS_URL names another bus than that of npm start in this folder.`;

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
// Whoever read along has seen enough: `| head`.
process.stdout.on('error', () => ending.abort());

try {
  await tap(process.argv.slice(2));
} catch (error) {
  if (!ending.signal.aborted) {
    console.error(
      error instanceof Sentence ? error.message : `${error instanceof Error ? error.message : error}\n\n${help}`,
    );
    process.exitCode = 1;
  }
}

async function tap(args: readonly string[]): Promise<void> {
  const options = { last: { type: 'string', default: '10' }, help: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [name, subject] = positionals;
  if (values.help || name === undefined) return console.log(help);
  const last = Number(values.last);
  if (!Number.isInteger(last) || last < 0) throw new Error('--last is a whole number.');
  await using nats = await openBus(ending.signal);
  const bus = createJetStreamLog(nats.connection, { inboxPrefix: '_INBOX_tap' });
  const end = await bus.lastSequence(name).catch(() => {
    throw new Sentence(`There is no stream ${name}.`);
  });
  const subjects = subject === undefined ? subjectsIn(name) : [subject];
  const afterSequence = Math.max(0, end - last);
  for await (const message of bus.feed({ stream: name, subjects, afterSequence, signal: ending.signal })) {
    const { sequence, storedAtMs, data } = message;
    const storedAt = new Date(storedAtMs).toISOString();
    console.log(
      JSON.stringify({ sequence, subject: message.subject, storedAt, message: decoded(message.subject, data) }),
    );
  }
}

/** All subjects of a stream; due timers come to INGRESS from TIMERS. */
function subjectsIn(name: string): readonly string[] {
  const connector = name.slice(name.indexOf('_') + 1);
  const own = busTable({ connectors: [connector] }).find((stream) => stream.name === name)?.subjects ?? [];
  return name === streams.ingress ? [...own, spelled.due('*')] : own;
}
