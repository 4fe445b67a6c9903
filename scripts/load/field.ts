import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, apiOf } from '../up/api.ts';
import { type Child, startChild } from './child.ts';
import { type CpuTimes, readCpu } from './cpu.ts';
import { type FleetOptions, type FleetPortal, makeFleet } from './fleet.ts';
import { type Installation, startInstallation } from './installation.ts';
import type { JudgeOrders, Verdict } from './judge/main.ts';
import type { ToldBy } from './judge/tally.ts';
import type { SenderOrders } from './sender/main.ts';
import { handOver } from './sink.ts';
import { createWires } from './wires.ts';

/** What is measured or disturbed, with those who write to it and those who judge it. Everything on this machine's loopback. */
export interface Field extends AsyncDisposable {
  readonly installation: Installation;
  readonly judge: Child<JudgeOrders>;
  /** Where portals reach the judge. */
  readonly judgeUrl: string;
  readonly sender: Child<SenderOrders>;
  readonly portals: readonly FleetPortal[];
  /** Processor time of everything that runs; `judge` and `sender` stand apart from the product. */
  cpu(): CpuTimes;
  /**
   * Resolves when so many messages have come for the first time; where another judges, when nothing waits any more. Rejects
   * when nothing comes for a minute.
   */
  arrived(messages: number): Promise<void>;
  /** Its folder, with logs and data, stays when the field ends; gives its path. */
  keep(): string;
  /** What is true now of all that was ever sent; undefined where another judges. */
  verdict(toldBy?: ToldBy): Promise<Verdict | undefined>;
}

/** How the field is made. */
export interface FieldOptions {
  readonly portals: number;
  readonly lingerMs: number;
  /** Origins of messengers that take part beside the field's own. */
  readonly platforms?: readonly string[];
  /** Other settings of a portal, by its number from 1. */
  readonly settingsOf?: NonNullable<FleetOptions['settingsOf']>;
  /** Clients who write to each portal, by turns; 1 by default. */
  readonly clients?: number;
  readonly natsSync: 'default' | 'always';
  readonly scale?: Readonly<Record<string, number>>;
  /** Servers of NATS; 3: a cluster, with three copies of everything. */
  readonly natsMembers?: number;
  /** True: the parts are joined by wires that can be made bad. */
  readonly hasWires?: boolean;
  /** True: the stores of NATS and MongoDB stand on disks that can be filled. */
  readonly hasDisks?: boolean;
  /** Settings of services that differ from what they have by themselves. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A receiver that is not ours: all portals send there. Their licence keys are printed, and it is waited for until it has them. */
  readonly sink?: string | undefined;
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

const pollMs = 50;
const stillMs = 60_000;

/** Starts everything and makes the portals. */
export async function startField(options: FieldOptions): Promise<Field> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-load-'));
  let isKept = false;
  stack.defer(async () => {
    if (!isKept) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const judge = stack.use(startChild<JudgeOrders>(new URL('judge/main.ts', import.meta.url)));
  const sender = stack.use(startChild<SenderOrders>(new URL('sender/main.ts', import.meta.url)));
  const wires = options.hasWires === true ? stack.use(createWires()) : undefined;
  const wired = async (from: string, url: string, to: string) => (await wires?.through(from, url, () => to)) ?? url;
  const collectorUrl = await sender.ask('listen', null);
  const judgeUrl = await wired('delivery', await judge.ask('listen', null), 'portals');
  const platformUrl = await wired('telegram', collectorUrl, 'messenger');
  const { natsSync, scale = {}, hasDisks = false, natsMembers = 1, signal, say, sink } = options;
  say('starting servers and services');
  const installed = {
    folder,
    natsSync,
    natsMembers,
    scale,
    wires,
    hasDisks,
    signal,
    collectorUrl,
    platforms: [platformUrl, ...(options.platforms ?? [])],
    settings: options.settings,
  };
  const installation = stack.use(await startInstallation(installed));
  const urlOf = (name: string) => sink ?? `${judgeUrl}/${name}`;
  const { gatewayUrl, administratorKey } = installation;
  const { portals } = await makeFleet({
    ...{ gatewayUrl, administratorKey, platformUrl, urlOf, count: options.portals, lingerMs: options.lingerMs },
    settingsOf: options.settingsOf,
    onProgress: (made) => say(`making portals: ${made} of ${options.portals}`),
  });
  if (sink !== undefined) await handOver(portals, { url: sink, say, signal });
  const known = portals.map(({ name, id, tenantId, licenceKey }) => [name, { id, tenantId, licenceKey }] as const);
  await judge.ask('know', Object.fromEntries(known));
  const tokens = Object.fromEntries(portals.map(({ name, botToken }) => [name, botToken]));
  await sender.ask('know', { tokens, clients: options.clients ?? 1 });
  const owned = stack.move();
  const pids = () => new Map([...installation.pids(), ['judge', judge.pid], ['sender', sender.pid]]);
  return {
    ...{ installation, judge, judgeUrl, sender, portals },
    cpu: () => readCpu(pids()),
    keep: () => {
      isKept = true;
      return folder;
    },
    arrived: (messages) =>
      sink === undefined ? arrived(judge, messages) : nothingWaits(apiOf(gatewayUrl, administratorKey), portals),
    verdict: async (toldBy = 'notices') =>
      sink === undefined ? await judge.ask('judge', { sent: await sender.ask('written', null), toldBy }) : undefined,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function arrived(judge: Child<JudgeOrders>, messages: number): Promise<void> {
  let last = await judge.ask('progress', null);
  let movedAt = performance.now();
  while (last.messages < messages) {
    await new Promise((done) => setTimeout(done, pollMs));
    const now = await judge.ask('progress', null);
    if (now.messages > last.messages) movedAt = performance.now();
    if (performance.now() - movedAt > stillMs)
      throw new Error(`nothing came for ${stillMs / 1_000} s: ${now.messages} of ${messages} messages are there`);
    last = now;
  }
}

/** Each portal has its own minute in which nothing comes to it, as every message of our own judge has. */
async function nothingWaits(api: Api, portals: readonly FleetPortal[]): Promise<void> {
  for (const { id } of portals) {
    let [least, movedAt] = [Number.POSITIVE_INFINITY, performance.now()];
    // What was answered 2xx a moment ago may not be sealed yet, so one answer is not enough.
    for (let empty = 0; empty < 3; await new Promise((done) => setTimeout(done, 10 * pollMs))) {
      const backlog = await api<{ waiting?: string }>('DeliveryService/GetBacklog', { portalId: id });
      const waiting = Number(backlog.waiting ?? 0);
      empty = waiting === 0 ? empty + 1 : 0;
      if (waiting < least) [least, movedAt] = [waiting, performance.now()];
      if (waiting > 0 && performance.now() - movedAt > stillMs)
        throw new Error(`${waiting} events still wait for ${id}`);
    }
  }
}
