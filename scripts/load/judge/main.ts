import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { answerParent } from '../child.ts';
import { markIn } from '../mark.ts';
import { type Fault, misbehave } from './faults.ts';
import { createLatencies } from './latency.ts';
import { type CloudEvent, openerOf, type PortalOpener } from './open.ts';
import { createPlace, isNotice, type Place } from './place.ts';
import { createTally, type PortalTally, type Tally } from './tally.ts';

/** What the judge is asked. It runs in a process of its own, because its work is not the product's. */
export type JudgeOrders = {
  /** Starts to listen; gives the address below which portal `name` has the path `/name`. */
  readonly listen: (value: null) => Promise<string>;
  /** Licence keys by portal name: from now on their requests are verified and opened. */
  readonly know: (keys: Readonly<Record<string, string>>) => void;
  /** Counts requests and their events without opening them, as the bare floor's sink does; or opens them again. */
  readonly openNothing: (isSo: boolean) => void;
  /** From now on portals behave so; null: well. */
  readonly misbehave: (faults: Readonly<Record<string, Fault | null>>) => void;
  /** Portals whose messages are timed; null: all. Forgets the times until now. */
  readonly time: (names: readonly string[] | null) => void;
  /** Notices of these portals are right from now on, null: of all: what they name may stay away. Until then each is a fault. */
  readonly expectNotices: (names: readonly string[] | null) => void;
  readonly progress: (value: null) => JudgeProgress;
  /** Judges by what was sent to each portal. */
  readonly judge: (sent: Readonly<Record<string, number>>) => Verdict;
};

/** How much came until now. */
export interface JudgeProgress {
  /** Messages that came for the first time. */
  readonly messages: number;
  /** Events of any kind, repeats too. */
  readonly events: number;
  readonly requests: number;
}

/** What is true of all portals together. */
export interface Verdict extends Tally {
  /** Requests that could not be verified or opened, in words; the first few. */
  readonly broken: readonly string[];
  /** Portals that miss messages, in order; the first few. */
  readonly missing: readonly Missing[];
  readonly latency: ReturnType<ReturnType<typeof createLatencies>['summary']>;
}

/** A portal that misses messages. */
export interface Missing {
  readonly portal: string;
  readonly lost: number;
  /** Number of the first. */
  readonly firstLost: number;
}

interface Judged {
  readonly tally: PortalTally;
  readonly place: Place;
  opener: PortalOpener | undefined;
  fault: Fault | undefined;
  isTimed: boolean;
  expectsNotices: boolean;
}

const portals = new Map<string, Judged>();
const latencies = createLatencies();
const broken: string[] = [];
const brokenLimit = 20;
const counts = { messages: 0, events: 0, requests: 0 };
let opensNothing = false;
let areAllTimed = true;
let areNoticesRight = false;

function portalOf(name: string): Judged {
  const found = portals.get(name);
  if (found !== undefined) return found;
  const made = {
    ...{ tally: createTally(), place: createPlace(), opener: undefined, fault: undefined },
    ...{ isTimed: areAllTimed, expectsNotices: areNoticesRight },
  };
  portals.set(name, made);
  return made;
}

function complain(what: string): void {
  if (broken.length < brokenLimit) broken.push(what);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = (request.url ?? '').slice(1);
  const portal = portalOf(name);
  const body = await text(request);
  counts.requests += 1;
  if (portal.fault !== undefined && !(await misbehave(portal.fault, response))) return;
  try {
    if (opensNothing) counts.events += (JSON.parse(body) as unknown[]).length;
    else await take(name, portal, body, request);
    response.writeHead(204).end();
  } catch (error) {
    complain(`${name}: ${error}`);
    response.writeHead(401).end();
  }
}

async function take(name: string, portal: Judged, body: string, { headers }: IncomingMessage): Promise<void> {
  const { opener } = portal;
  if (opener === undefined) throw new Error('the judge has no key of this portal');
  const given = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]));
  const events = opener.verify(body, given);
  const opened = await Promise.all(events.map((event) => opener.open(event)));
  for (const [index, event] of events.entries()) takeOne(name, portal, event, opened[index]);
}

function takeOne(name: string, portal: Judged, event: CloudEvent, said: unknown): void {
  counts.events += 1;
  const following = portal.place.take(event);
  if (following === 'gap') complain(`${name}: ${describe(event)} came, and what is before it never did`);
  const sequence = Number(event.sequence);
  if (isNotice(event)) {
    if (following !== 'repeat') takeNotice(name, portal, event);
    return;
  }
  const mark = markIn(textOf(said));
  if (mark !== undefined && mark.portal !== name) complain(`${name} got a message for ${mark.portal}`);
  const within = event.strand === undefined ? undefined : conversationOf(said);
  // A repeat is opened and counted by its mark all the same, so that nothing hides behind a number.
  const isNew = portal.tally.take({ sequence, number: mark?.number, within, isRepeat: following === 'repeat' });
  if (mark === undefined || !isNew) return;
  counts.messages += 1;
  const nowMs = Date.now();
  if (portal.isTimed) latencies.add(nowMs, nowMs - mark.atMs);
}

function takeNotice(name: string, portal: Judged, event: CloudEvent): void {
  if (!portal.expectsNotices) complain(`${name}: ${describe(event)} came, and nothing was to stay away`);
  const { from, to, count } = event.data as { readonly from: string; readonly to: string; readonly count?: number };
  const range = { from: Number(from), to: Number(to) };
  portal.tally.excuse({ ...range, count: count ?? range.to - range.from + 1 });
}

function describe({ type, sequence, strand, previous }: CloudEvent): string {
  return [type, sequence, strand && `of strand ${strand}`, previous && `after ${previous}`].filter(Boolean).join(' ');
}

interface Said {
  readonly conversation?: { readonly id?: string };
  readonly messageReceived?: { readonly content?: { readonly text?: { readonly plain?: string } } };
}

function textOf(said: unknown): string {
  return (said as Said).messageReceived?.content?.text?.plain ?? '';
}

function conversationOf(said: unknown): string {
  return (said as Said).conversation?.id ?? '';
}

function judge(sent: Readonly<Record<string, number>>): Verdict {
  const total = { received: 0, outOfOrder: 0, repeats: 0, lost: 0, told: 0 };
  const missing: Missing[] = [];
  for (const [name, count] of Object.entries(sent)) {
    const tally = portalOf(name).tally.count(count);
    total.received += tally.received;
    total.outOfOrder += tally.outOfOrder;
    total.repeats += tally.repeats;
    total.lost += tally.lost;
    total.told += tally.told;
    const { lost, firstLost } = tally;
    if (lost > 0 && missing.length < brokenLimit) missing.push({ portal: name, lost, firstLost });
  }
  return { ...total, broken, missing, latency: latencies.summary() };
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
  know: (keys) => {
    for (const [name, key] of Object.entries(keys)) portalOf(name).opener = openerOf(key);
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
  expectNotices: (names) => {
    areNoticesRight = names === null;
    for (const portal of names?.map(portalOf) ?? portals.values()) portal.expectsNotices = true;
  },
  progress: () => ({ ...counts }),
  judge,
} satisfies JudgeOrders);
