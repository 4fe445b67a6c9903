import { parseArgs } from 'node:util';
import { runChaos } from './chaos/run.ts';
import { createProgress } from './progress.mjs';

const HELP = `npm run chaos                      five minutes of load while services and servers are killed and frozen, streams are full,
                                   wires break, clocks are wrong and portals misbehave; then nothing may be lost or out of order
npm run chaos -- --quick           half a minute of it
npm run chaos -- --seconds 600     as long as you like
npm run chaos -- --seed 42         the same disturbances again, in the same order and at the same moments
npm run chaos -- --portals 40      portals that are written to
npm run chaos -- --nats 3           three NATS servers with three copies of everything; one of them is killed or frozen at a time
npm run chaos -- --sync always     NATS writes through before it confirms
npm run chaos -- --sink <url>      a portal of yours judges: everything is sent there, its licence key is printed

Everything stays on this machine. The last line is JSON: sent, lost, out_of_order, repeats, kills, seed.`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    quick: { type: 'boolean' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    portals: { type: 'string' },
    sync: { type: 'string' },
    sink: { type: 'string' },
    nats: { type: 'string' },
  },
});

// Servers of the versions that we pin, as processes of this machine: in containers nobody could measure or freeze them.
process.env.SERVERS ??= 'fetch';

if (values.help === true) {
  console.log(HELP);
} else {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => ending.abort());
  process.exitCode = await runChaos(values, createProgress(), ending.signal);
}
