import { runChaos } from './chaos/run.ts';
import { readFlags } from './load/read-flags.ts';
import { createProgress } from './progress.mjs';

const HELP = `npm run chaos                      five minutes of load while services and servers are killed and frozen, streams are full,
                                   wires between any two parts that messages pass break, clocks are wrong and portals misbehave, each at
                                   least once; then nothing may be lost, doubled or out of order, no portal stuck, no lane stopped, no
                                   answer sent twice
npm run chaos -- --quick           half a minute of it; with starting and judging two to three minutes on two busy cores
npm run chaos -- --seconds 600     as long as you like
npm run chaos -- --seed 42         the same disturbances again, each loop's in the same order; when, depends on the machine
npm run chaos -- --portals 40      portals that are written to: of ten four are sequential, three parallel (2–8 strands), two change
                                   between both meanwhile, one gets each batch once
npm run chaos -- --nats 3          three NATS servers with three copies of everything; one of them is killed or frozen at a time, and the
                                   wires to each are broken like others: they tell their clients no other addresses. stale_gets says
                                   how many reads one that lags answered from its older copy, as far as that shows
npm run chaos -- --sync always     NATS writes through before it confirms
npm run chaos -- --sink <url>      a portal of yours judges: everything is sent there; we say whether anything still waits for it in
                                   the end. Its licence key is printed, and nothing is sent until it takes an event that is signed with
                                   it: one with replay 999999, which uses no number up; asked each second, ten minutes at most

npm run chaos -- --watch           as those see it who run the platform: a Prometheus with the rules of deploy/ looks on, and at the end
                                   it is said which alerts fired; a panel that gave nothing, or an alert whose series are not there, makes
                                   the run red; three portals are sick all the time
npm run chaos -- --shots docs/shots
                                   the same, with pictures of the operations page and a status page under chaos
npm run chaos -- --chart <file.svg> draws throughput and latency over time, and when what was disturbed
npm run chaos -- --scenario older-copy
                                   one disaster, told from beginning to end: the store of NATS is restored from an older copy; the
                                   lanes must stop with an alarm, and go on when the right store is back
npm run chaos -- --scenario four-days
                                   everything is killed and comes back four days later: what was read is cleared, what waited for a
                                   portal has expired and the portal is told
npm run chaos -- --scenario full-disk
                                   the disk under NATS is full while messages are written, then the one under MongoDB; both get their
                                   room back, and the servers are started anew. The disks are made in memory: this needs the right to
                                   mount (Linux, root)

Everything stays on this machine. The exit code is 0 only when it came to its end and nothing was wrong. The last line is JSON: sent,
lost, doubled (there twice for a receiver that drops by sequence), out_of_order (of parallel portals inside a conversation), repeats,
broken (whatever else was wrong; the lines above it say what), kills, seed, told (messages of which their portals were told that they
will not come), overlaps (requests beside another of the same stream; without a reason they are broken), tried_again (events that come once and were tried
again), answers (stored), answers_unknown (nobody knows whether they were sent), owner_changes (lanes that were taken), fences (writes
of former owners that were refused), stale_gets (reads that were answered from an older copy, at least), disturbances (how often each
was done), portals by kind; of a scenario also its name.`;

const flags = readFlags(process.argv.slice(2), {
  help: { type: 'boolean', short: 'h' },
  quick: { type: 'boolean' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  portals: { type: 'string' },
  sync: { type: 'string' },
  sink: { type: 'string' },
  nats: { type: 'string' },
  scenario: { type: 'string' },
  shots: { type: 'string' },
  chart: { type: 'string' },
  watch: { type: 'boolean' },
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
  process.exitCode = await runChaos(flags, createProgress(), ending.signal);
}
