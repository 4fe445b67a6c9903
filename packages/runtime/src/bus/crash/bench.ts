import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streams, subjects } from '@trunkline/contracts';
import { type Servers, type ServersWanted, startServers } from '@trunkline/testkit';
import { provisionBus } from '../../provision/provision-bus.ts';
import { machineClock, pause } from '../clock.ts';
import { createJetStreamLog } from '../jetstream-log.ts';
import { openingOverflow } from '../overflow/opening-log.ts';
import { openOverflowStore } from '../overflow/overflow-store.ts';
import { patiently } from '../patience.ts';
import type { LogPort, StoredMessage } from '../ports.ts';
import type { Told } from './counting-stage.ts';
import { expectedOf, type MessagesOf, saidIn, toldIn } from './judge.ts';
import { sequencedOf } from './numbering-log.ts';
import type { WorkerLine, WorkerOptions } from './worker.ts';

/** A worker process and what it printed. */
export interface Worker extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly lines: readonly WorkerLine[];
  readonly exited: Promise<unknown>;
  hasExited(): boolean;
}

/** Real servers, the streams of the lanes, and a hand to start workers and to judge. */
export interface Bench extends AsyncDisposable {
  readonly servers: Servers;
  readonly nats: NatsConnection;
  readonly log: LogPort;
  start(options: Pick<WorkerOptions, 'role' | 'lane'> & Partial<WorkerOptions>): Worker;
  /** Tells some items, with repeats. */
  tell(lane: number): Promise<void>;
  /** All messages of the streams of a lane as they are now. */
  messages(lane: number): Promise<MessagesOf>;
  /** Polls until the stage said everything that was told. */
  untilSaid(lane: number): Promise<MessagesOf>;
  /** Polls until the keyed log wrote everything that was said. */
  untilWritten(lane: number): Promise<MessagesOf>;
}

const script = fileURLToPath(new URL('./worker.ts', import.meta.url));
const limitMs = 180_000;
const pollMs = 25;

/** Starts the servers and makes the streams. */
export async function startBench(wanted: ServersWanted = {}): Promise<Bench> {
  const servers = await startServers({ nats: true, mongo: true, own: true, ...wanted });
  const nats = await connect({ servers: servers.natsUrl, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const log = createJetStreamLog(nats);
  const whole = openingOverflow(log, openOverflowStore(nats, log), ({ subject, sequence }) => {
    throw new Error(`${subject} ${sequence} refers to what is not there`);
  });
  await provisionBus(nats, { connectors: [] });
  const workers = new Set<Worker>();
  let told = 0;
  const messages = async (lane: number): Promise<MessagesOf> => {
    const read = async (stream: string, subject: string) => [stream, await readAll(whole, stream, subject)] as const;
    const all = new Map(
      await Promise.all([
        read(streams.ingress, subjects.ingress(lane)),
        read(streams.facts, subjects.facts(lane, 'count')),
        // Every third message lies in the object store.
        read(streams.outbox, `*.${lane}.>`),
      ]),
    );
    const positions = await readAll(log, streams.outbox, subjects.outboxPosition(lane));
    all.set(streams.outbox, [...(all.get(streams.outbox) ?? []), ...positions]);
    return (stream) => all.get(stream) ?? [];
  };
  const until = async (lane: number, isDone: (of: MessagesOf) => boolean): Promise<MessagesOf> => {
    const endsAt = performance.now() + limitMs;
    for (;;) {
      const of = await patiently(() => messages(lane), { clock: machineClock, signal: AbortSignal.timeout(limitMs) });
      if (isDone(of)) return of;
      if (performance.now() > endsAt) throw new Error(`lane ${lane} does not come to its end`);
      await pause(machineClock, pollMs, AbortSignal.timeout(limitMs));
    }
  };
  return {
    ...{ servers, nats, log, messages },
    start: (options) => {
      const { natsUrl, mongoUrl } = servers;
      const worker = startWorker({ instance: `worker ${workers.size}`, lease: 'sure', natsUrl, mongoUrl, ...options });
      workers.add(worker);
      return worker;
    },
    tell: async (lane) => {
      const made = Array.from({ length: 3 }, () => nextTold(lane, told++));
      const messageId = `${lane} ${told}`;
      const publish = () => log.publish(subjects.ingress(lane), Buffer.from(JSON.stringify(made)), { messageId });
      await patiently(publish, { clock: machineClock, signal: AbortSignal.timeout(limitMs) });
    },
    untilSaid: (lane) => until(lane, (of) => saidIn(of, lane).length >= expectedOf(toldIn(of, lane)).length),
    untilWritten: (lane) =>
      until(lane, (of) => {
        const written = of(streams.outbox).filter(({ subject }) => subject.startsWith('outbox'));
        return written.flatMap(sequencedOf).length >= saidIn(of, lane).length;
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...workers].map((worker) => worker[Symbol.asyncDispose]()));
      await nats.close();
      await servers.stop();
    },
  };
}

/** Three conversations, every fourth item a repeat of a former one, one in five hundred with more outputs than an envelope holds. */
function nextTold(lane: number, number: number): Told {
  const own = number % 4 === 3 ? number - 3 : number;
  return { conversation: `${lane}-${own % 3}`, id: `${lane}-${own}`, ...(own % 500 === 20 ? { trick: 'many' } : {}) };
}

async function readAll(log: LogPort, stream: string, subject: string): Promise<StoredMessage[]> {
  const all: StoredMessage[] = [];
  for (;;) {
    const next = (all.at(-1)?.sequence ?? 0) + 1;
    const batch = await log.batchOf(stream, subject, next, { messages: 500, bytes: 4 * 1024 * 1024 });
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

function startWorker(options: WorkerOptions): Worker {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: WorkerLine[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as WorkerLine));
  const exited = once(child, 'exit');
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  return {
    ...{ process: child, lines, exited, hasExited },
    [Symbol.asyncDispose]: async () => {
      if (!hasExited()) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Polls until something is so; rejects after three minutes. */
export async function untilTrue(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > endsAt) throw new Error(`it did not happen: ${what}`);
    await pause(machineClock, pollMs, AbortSignal.timeout(limitMs));
  }
}
