import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { answerParent } from '../child.ts';
import { type Fault, reactionOf, takesAll } from './faults.ts';
import { createLatencies } from './latency.ts';
import type { NoticeKind } from './notices.ts';
import type { CloudEvent } from './open.ts';
import { createOverlaps, type Overlap } from './overlaps.ts';
import { createPortal, type JudgedPortal } from './portal.ts';
import type { PortalIdentity } from './request.ts';
import type { Tally, ToldBy } from './tally.ts';

/** What the judge is asked. It runs in a process of its own, because its work is not the product's. */
export type JudgeOrders = {
  /** Starts to listen; gives the address below which portal `name` has the path `/name`. */
  readonly listen: (value: null) => Promise<string>;
  /** Portals by name: from now on their requests are verified and opened. */
  readonly know: (portals: Readonly<Record<string, PortalIdentity & { readonly licenceKey: string }>>) => void;
  /**
   * Of portals that it knows it follows sequences alone, and of others it counts requests and their events, as the bare floor's sink
   * does; or opens them again.
   */
  readonly openNothing: (isSo: boolean) => void;
  /** From now on portals behave so; null: well. */
  readonly misbehave: (faults: Readonly<Record<string, Fault | null>>) => void;
  /** Portals whose messages are timed; null: all. Forgets the times until now. */
  readonly time: (names: readonly string[] | null) => void;
  /** Notices of these kinds are right for these portals from now on: what they name may stay away. Until then each is a fault. */
  readonly expectNotices: (order: { readonly names: readonly string[]; readonly kinds: readonly NoticeKind[] }) => void;
  readonly progress: (value: null) => JudgeProgress;
  /** Judges by what was sent to each portal. */
  readonly judge: (order: JudgeOrder) => Verdict;
};

/** By what it is judged. */
export interface JudgeOrder {
  /** Messages, by portal. */
  readonly sent: Readonly<Record<string, number>>;
  readonly toldBy: ToldBy;
}

/** How much came until now. */
export interface JudgeProgress {
  /** Messages that came for the first time. */
  readonly messages: number;
  /** Events of any kind, repeats too. */
  readonly events: number;
  /** Of those that were followed without being opened, how many came for the first time. */
  readonly followed: number;
  readonly requests: number;
}

/** What is true of all portals together. */
export interface Verdict extends Tally {
  /** What was not as it must be, in words; the first few. */
  readonly broken: readonly string[];
  /** How often something was not. */
  readonly brokenCount: number;
  /** Requests that began while another of the same stream was under way. */
  readonly overlaps: readonly Overlap[];
  /** Events that came once more after they had been refused, to portals that get each batch once. */
  readonly triedAgain: number;
  /** Portals that miss messages, in order; the first few. */
  readonly missing: readonly Missing[];
  readonly byPortal: Readonly<Record<string, PortalVerdict>>;
  readonly latency: ReturnType<ReturnType<typeof createLatencies>['summary']>;
}

/** What is true of one portal. */
export interface PortalVerdict extends Tally {
  /** The last sequence that came to it. */
  readonly lastSequence: number;
}

/** A portal that misses messages. */
export interface Missing {
  readonly portal: string;
  readonly lost: number;
  /** Number of the first. */
  readonly firstLost: number;
}

const portals = new Map<string, JudgedPortal>();
const known = new Set<string>();
const latencies = createLatencies();
const overlaps = createOverlaps();
const broken: string[] = [];
const brokenLimit = 20;
const counts = { messages: 0, events: 0, followed: 0, requests: 0, broken: 0 };
let opensNothing = false;
let areAllTimed = true;

function portalOf(name: string): JudgedPortal {
  const found = portals.get(name);
  if (found !== undefined) return found;
  const made = createPortal(name, complain);
  made.isTimed = areAllTimed;
  portals.set(name, made);
  return made;
}

function complain(what: string): void {
  counts.broken += 1;
  if (broken.length < brokenLimit) broken.push(what);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = (request.url ?? '').slice(1);
  // What was not sent whole, because its sender was killed, is no request.
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return;
  counts.requests += 1;
  try {
    const events = JSON.parse(body) as readonly CloudEvent[];
    overlaps.begin(streamOf(name, events[0]), response);
    if (opensNothing) follow(name, events, response);
    else await judged(name, { body, events, headers: textsOf(request) }, response);
  } catch (error) {
    complain(`${name}: ${error}`);
    response.writeHead(401).end();
  }
}

/** What is one request after the other: a portal's events, those of a strand; a replay goes beside them. */
function streamOf(name: string, { strand, replay }: Partial<CloudEvent> = {}): string {
  return [name, strand && `strand ${strand}`, replay && `replay ${replay}`].filter(Boolean).join(' ');
}

/** The floor keeps no order, so nobody follows it. */
function follow(name: string, events: readonly CloudEvent[], response: ServerResponse): void {
  counts.events += events.length;
  if (known.has(name)) counts.followed += portalOf(name).follow(events);
  response.writeHead(204).end();
}

async function judged(name: string, request: Parameters<JudgedPortal['take']>[0], response: ServerResponse) {
  const portal = portalOf(name);
  const { events } = request;
  const { fault } = portal;
  const reaction = fault === undefined ? takesAll(events) : reactionOf(fault, events, portal.mayRefuse);
  portal.tried.note(events);
  if (reaction.afterMs !== undefined) await pause(reaction.afterMs);
  counts.events += reaction.takes;
  const nowMs = Date.now();
  for (const atMs of await portal.take(request, reaction)) {
    counts.messages += 1;
    if (portal.isTimed) latencies.add(nowMs, nowMs - atMs);
  }
  if (reaction.isSkipped === true) portal.tried.refuse(events);
  reaction.answer(response);
}

function textsOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]));
}

function judge({ sent, toldBy }: JudgeOrder): Verdict {
  const total = { received: 0, outOfOrder: 0, repeats: 0, doubled: 0, lost: 0, told: 0 };
  const missing: Missing[] = [];
  const byPortal: Record<string, PortalVerdict> = {};
  let triedAgain = 0;
  for (const [name, count] of Object.entries(sent)) {
    const portal = portalOf(name);
    portal.prove();
    const { firstLost, ...tally } = portal.tally.count(count, toldBy);
    for (const part of Object.keys(total) as (keyof Tally)[]) total[part] += tally[part];
    if (portal.expected.has('skipped')) triedAgain += portal.tried.again;
    byPortal[name] = { ...tally, lastSequence: portal.lastSequence };
    if (tally.lost > 0 && missing.length < brokenLimit) missing.push({ portal: name, lost: tally.lost, firstLost });
  }
  const faults = { broken, brokenCount: counts.broken, overlaps: overlaps.seen, triedAgain };
  return { ...total, ...faults, missing, byPortal, latency: latencies.summary() };
}

answerParent({
  listen: async () => {
    const server = createServer((request, response) => {
      serve(request, response).catch((error) => complain(String(error)));
    });
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', 1_024, done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  know: (given) => {
    for (const [name, { licenceKey, ...identity }] of Object.entries(given)) {
      portalOf(name).know(licenceKey, identity);
      known.add(name);
    }
  },
  openNothing: (isSo) => {
    opensNothing = isSo;
  },
  misbehave: (given) => {
    for (const [name, fault] of Object.entries(given)) portalOf(name).fault = fault ?? undefined;
  },
  time: (names) => {
    areAllTimed = names === null;
    const timed = new Set(names);
    for (const [name, portal] of portals) portal.isTimed = areAllTimed || timed.has(name);
    latencies.clear();
  },
  expectNotices: ({ names, kinds }) => {
    for (const name of names) for (const kind of kinds) portalOf(name).expected.add(kind);
  },
  progress: () => ({ ...counts }),
  judge,
} satisfies JudgeOrders);
