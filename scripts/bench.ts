import { runBench } from './bench/run.ts';
import { readFlags } from './load/read-flags.ts';
import { createProgress } from './progress.mjs';

const HELP = `npm run bench                        every measurement
npm run bench -- --quick             a small one of each but many, hooks and idle: some minutes on two busy cores, one of them starting
npm run bench -- --only whole,pairs  some of: pairs (floor and delivery alone), whole, latency, trouble, many,
                                     hooks, idle (nobody writes)
npm run bench -- --runs 5            runs of each; their median and spread are shown
npm run bench -- --portals 1000      portals that are written to
npm run bench -- --messages 20000    messages a run
npm run bench -- --rate 600           messages a second of latency and trouble; well below what the machine can do nothing queues
npm run bench -- --sync always       NATS writes through before it confirms
npm run bench -- --sink <url>        portals are yours: everything is sent there (one portal unless --portals). Licence keys are printed;
                                     nothing is sent until your receiver takes an event that is signed with them: one with replay
                                     999999, which uses no number up. It is asked each second, for ten minutes at most
npm run bench -- --chart <file.svg>  draws the last pair of runs of trouble: throughput and latency over time, with bands for the faults

Everything stays on this machine. The last line is JSON; the exit code is 0 only when nothing was lost, doubled, out of order or otherwise
broken in any field.`;

const flags = readFlags(process.argv.slice(2), {
  help: { type: 'boolean', short: 'h' },
  quick: { type: 'boolean' },
  only: { type: 'string' },
  runs: { type: 'string' },
  portals: { type: 'string' },
  messages: { type: 'string' },
  rate: { type: 'string' },
  sync: { type: 'string' },
  sink: { type: 'string' },
  chart: { type: 'string' },
});

// Servers of the versions that we pin, as processes of this machine: in containers nobody could measure or freeze them.
process.env.SERVERS ??= 'fetch';

if (typeof flags === 'string') {
  console.error(flags);
  process.exitCode = 1;
} else if (flags.help === true) {
  console.log(HELP);
} else {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => ending.abort());
  process.exitCode = await runBench(flags, createProgress(), ending.signal);
}
