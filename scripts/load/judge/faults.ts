import type { ServerResponse } from 'node:http';
import type { CloudEvent } from './open.ts';
import { isNotice } from './place.ts';

/** How a portal may behave instead of taking its events. */
export type Fault = (typeof faults)[number];

/** All of them. */
export const faults = [
  ...(['refusing', 'hanging', 'failing', 'resetting', 'busy', 'slow', 'uneven'] as const),
  ...(['partial', 'narrow', 'picky', 'keyless', 'redirecting', 'talkative'] as const),
  ...(['gone', 'muddled', 'nameless', 'idle', 'limiting', 'dated', 'dripping', 'endless'] as const),
] as const;

/** What a portal does with a request. */
export interface Reaction {
  /** It takes so many of the events, from the first on. */
  readonly takes: number;
  /** The sequence of the event that it will never take. */
  readonly refuses?: number;
  /** It gets each batch once and loses this one. */
  readonly isSkipped?: boolean;
  readonly afterMs?: number;
  answer(response: ServerResponse): void;
}

const slowMs = 2_000;
/** More than anybody reads of an answer. */
const talkBytes = 100_000;
/** Of an answer that has no end: so much at a time. */
const drip = { everyMs: 200, bytes: 1 };
const flood = { everyMs: 10, bytes: 65_536 };
/** One event in so many is refused by a picky portal. */
const pickyEvery = 7;

/** Request by request: a parallel portal's strands get on at different paces. */
let uneven = 0;

/** Takes everything, as a portal does that is well. */
export function takesAll(events: readonly CloudEvent[]): Reaction {
  return { takes: events.length, answer: (response) => void response.writeHead(204).end() };
}

/**
 * What a portal with this fault does. A picky one refuses by id only where `mayRefuse`: three in a row that are refused, and none
 * taken, would pause it.
 */
export function reactionOf(fault: Fault, events: readonly CloudEvent[], mayRefuse: boolean): Reaction {
  switch (fault) {
    case 'refusing':
      return says(404);
    case 'failing':
      return says(500);
    case 'busy':
      return says(503, {}, { 'retry-after': '1' });
    case 'redirecting':
      return says(302, {}, { location: '/elsewhere' });
    case 'resetting':
      return { takes: 0, isSkipped: true, answer: ({ socket }) => void socket?.resetAndDestroy() };
    case 'hanging':
      return { takes: 0, isSkipped: true, answer: () => {} };
    case 'talkative':
      return says(200, { accepted: events.length, why: 'x'.repeat(talkBytes) });
    case 'keyless':
      return { ...says(422, { error: 'unknown_key', kid: kidOf(events) }), isSkipped: false };
    case 'uneven':
      uneven += 1;
      return uneven % 2 === 0 ? takesAll(events) : says(500);
    case 'slow':
      return { ...takesAll(events), afterMs: slowMs };
    case 'narrow':
      return events.length === 1 ? takesAll(events) : says(413);
    case 'partial':
      return takesSome(Math.ceil(events.length / 2));
    case 'gone':
      return { ...says(410), isSkipped: false };
    case 'muddled':
      return refusesAll(400, events);
    case 'nameless':
      return refusesAll(422, events);
    case 'idle':
      return says(200, { accepted: 0 });
    case 'limiting':
      return says(429);
    case 'dated':
      return says(503, {}, { 'retry-after': new Date(Date.now() + slowMs).toUTCString() });
    case 'dripping':
      return pours(drip);
    case 'endless':
      return pours(flood);
    case 'picky':
      return picky(events, mayRefuse);
  }
}

function says(status: number, body: object = {}, headers: Record<string, string> = {}): Reaction {
  const text = JSON.stringify(body);
  const answer = (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  return { takes: 0, isSkipped: true, answer };
}

/** Names none of them: one that is alone may be given up when it is refused for long. */
function refusesAll(status: number, events: readonly CloudEvent[]): Reaction {
  const [first] = events;
  const isAlone = events.length === 1 && first !== undefined && !isNotice(first);
  return { ...says(status), ...(isAlone && { refuses: Number(first.sequence) }) };
}

/** A good answer that never comes to its end. */
function pours({ everyMs, bytes }: typeof drip): Reaction {
  const answer = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => {
      if (response.destroyed) clearInterval(timer);
      else if (!response.writableNeedDrain) response.write(' '.repeat(bytes));
    }, everyMs);
  };
  return { takes: 0, isSkipped: true, answer };
}

function takesSome(accepted: number): Reaction {
  return { ...says(200, { accepted }), isSkipped: false, takes: accepted };
}

/** Takes what is before an event that it does not want, and refuses that one when it comes again in front. */
function picky(events: readonly CloudEvent[], mayRefuse: boolean): Reaction {
  const isUnwanted = (event: CloudEvent) => !isNotice(event) && Number(event.sequence) % pickyEvery === 0;
  const front = events.findIndex(isUnwanted);
  const refused = events[0];
  if (front === -1 || refused === undefined) return takesAll(events);
  if (front > 0) return takesSome(front);
  if (!mayRefuse) return takesSome(1);
  return { ...says(422, { refused: refused.id }), isSkipped: false, refuses: Number(refused.sequence) };
}

/** The key's name stands in the first part of what is sealed. A notice is sealed by none. */
function kidOf(events: readonly CloudEvent[]): string {
  const sealed = events.find((event) => !isNotice(event));
  const [header = ''] = String(sealed?.data ?? '').split('.');
  if (header === '') return '';
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly kid: string }).kid;
}
