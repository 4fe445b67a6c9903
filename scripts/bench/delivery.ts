import { jetstreamManager } from '@nats-io/jetstream';
import { streams } from '../../packages/contracts/src/index.ts';
import { connectBus } from '../../packages/runtime/src/index.ts';
import { type Child, startChild } from '../load/child.ts';
import { readCpu, usedCpu } from '../load/cpu.ts';
import type { Field } from '../load/field.ts';
import type { JudgeProgress } from '../load/judge/main.ts';
import type { FloorOrders } from './floor/main.ts';
import { type Cost, characters, costOf } from './measure.ts';

/** The same sealed events sent once by a bare program and once by delivery. */
export interface Pair {
  readonly events: number;
  readonly floor: Side;
  readonly delivery: Side;
}

/** One of the two. */
export interface Side {
  readonly cost: Cost;
  readonly perSecond: number;
  readonly eventsPerRequest: number;
}

const batchEvents = 100;
/** As many requests as delivery may have open at once: so both wait alike, and join as much. */
const connections = 256;
const instance = 'delivery-1';
/** Whatever else reads what delivery writes rests meanwhile: its work is counted on the whole way. */
const resting = 'audit-1';
const involved: readonly string[] = [instance, 'floor', 'nats', 'mongo', 'sealer-1', 'judge'];

/** How many pairs of how many messages. */
export interface PairsPlan {
  readonly pairs: number;
  readonly messages: number;
  readonly say: (what: string) => void;
}

/** Measures pairs, the order within them changing from one to the next. Last in a field: the judge opens nothing any more. */
export async function measurePairs(field: Field, plan: PairsPlan): Promise<Pair[]> {
  const { pairs, messages, say } = plan;
  const { installation, judge } = field;
  await judge.ask('openNothing', true);
  await installation.stop(resting);
  await using floor = startChild<FloorOrders>(new URL('floor/main.ts', import.meta.url));
  await floor.ask('connect', installation.natsUrl);
  const measured: Pair[] = [];
  for (let number = 0; number < pairs; number += 1) {
    say(`floor and delivery alone, ${number + 1} of ${pairs}`);
    await installation.stop(instance);
    const range = await fill(field, messages);
    const runBare = () => runFloor(field, floor, range);
    if (number % 2 === 0) {
      const side = await runBare();
      measured.push({ events: range.events, floor: side, delivery: await runDelivery(field, range.events) });
    } else {
      const side = await runDelivery(field, range.events);
      // What it does after its last event is no work of the floor.
      await installation.stop(instance);
      measured.push({ events: range.events, delivery: side, floor: await runBare() });
    }
  }
  await installation.start(resting);
  return measured;
}

interface Range {
  readonly afterSequence: number;
  readonly events: number;
}

/** Sends messages that nobody delivers, and waits until they are sealed. */
async function fill(field: Field, messages: number): Promise<Range> {
  await using nats = await connectAs('bench', field.installation.natsUrl);
  const manager = await jetstreamManager(nats);
  const lastSequence = async () => (await manager.streams.info(streams.outbox)).state.last_seq;
  const afterSequence = await lastSequence();
  const order = { portals: [], messages, seconds: 0, perSecond: 0, connections, characters };
  const { sent } = await field.sender.ask('send', order);
  for (let last = -1, now = afterSequence; last !== now; ) {
    last = now;
    await new Promise((done) => setTimeout(done, 1_500));
    now = await lastSequence();
  }
  return { afterSequence, events: sent };
}

const connectMs = 10_000;

function connectAs(instance: string, url: string) {
  return connectBus({ url, service: 'infra', instance, signal: AbortSignal.timeout(connectMs) });
}

function cpuOf(field: Field, more: ReadonlyMap<string, number> = new Map()) {
  const pids = new Map([...field.installation.pids(), ['judge', field.judge.pid], ...more]);
  return readCpu(new Map([...pids].filter(([name]) => involved.includes(name))));
}

async function runFloor(field: Field, floor: Child<FloorOrders>, range: Range): Promise<Side> {
  // The judge follows the portals' own paths alone: the floor keeps no order, and sends what delivery sends too.
  const paths = Object.fromEntries(field.portals.map(({ id, name }) => [id, `/floor/${name}`]));
  const pids = new Map([['floor', floor.pid]]);
  const before = cpuOf(field, pids);
  const { requests } = await field.judge.ask('progress', null);
  const order = { afterSequence: range.afterSequence, paths, sinkUrl: field.judgeUrl, batchEvents, connections };
  const { events, ms } = await floor.ask('run', order);
  if (events < range.events) throw new Error(`the floor found ${events} of ${range.events} events`);
  const used = usedCpu(before, cpuOf(field, pids));
  const made = (await field.judge.ask('progress', null)).requests - requests;
  return { cost: costOf(used, events), perSecond: (events * 1_000) / ms, eventsPerRequest: events / made };
}

/** The floor has been running since the first pair. A service that was started this second is measured once it runs as well. */
const warmPart = 0.25;

async function runDelivery(field: Field, events: number): Promise<Side> {
  const { installation, judge } = field;
  const start = (await judge.ask('progress', null)).followed;
  await installation.start(instance);
  const first = await reached(judge, start + events * warmPart);
  const before = cpuOf(field);
  const since = performance.now();
  const last = await reached(judge, start + events);
  const ms = performance.now() - since;
  const measured = last.followed - first.followed;
  return {
    cost: costOf(usedCpu(before, cpuOf(field)), measured),
    perSecond: (measured * 1_000) / ms,
    eventsPerRequest: measured / (last.requests - first.requests),
  };
}

/** Waits until so many events have come to the judge for the first time: a repeat is nothing delivered. */
async function reached(judge: Field['judge'], events: number): Promise<JudgeProgress> {
  const endsAt = performance.now() + 120_000;
  for (;;) {
    const progress = await judge.ask('progress', null);
    if (progress.followed >= events) return progress;
    if (performance.now() > endsAt) throw new Error(`delivery sent ${progress.followed} of ${events} events`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
