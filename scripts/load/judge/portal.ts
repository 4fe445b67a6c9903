import { headers as names } from '../../../packages/contracts/src/index.ts';
import type { Fault, Reaction } from './faults.ts';
import { createLedger } from './ledger.ts';
import { faultOf, type NoticeKind, toldBy } from './notices.ts';
import { type CloudEvent, openerOf, type PortalOpener } from './open.ts';
import { createPlace, isNotice } from './place.ts';
import { describe, type Read, readEvent } from './read.ts';
import { faultsOf, type PortalIdentity } from './request.ts';
import { createTally, type PortalTally } from './tally.ts';
import { createTried, type Tried } from './tried.ts';

/** One portal, as the judge sees it. */
export interface JudgedPortal {
  readonly tally: PortalTally;
  readonly tried: Tried;
  fault: Fault | undefined;
  isTimed: boolean;
  /** Notices of these kinds are right; each other one is a fault. What was refused by id may be parked all the same. */
  readonly expected: Set<NoticeKind>;
  /** True: a refusal by id is answered by at least one event that is taken. */
  mayRefuse: boolean;
  know(licenceKey: string, identity: PortalIdentity): void;
  /** Takes what it takes of a request. Rejects when the request proves nothing. Gives when those messages were written that came for the first time. */
  take(request: PortalRequest, reaction: Reaction): Promise<readonly number[]>;
  /** Follows sequences alone, opens nothing; gives how many events came for the first time. */
  follow(events: readonly CloudEvent[]): number;
  /** What is only known when everything has come. */
  prove(): void;
  /** The last sequence that came, 0 before there was one. */
  lastSequence: number;
}

/** A request, as it came. */
export interface PortalRequest {
  readonly body: string;
  readonly events: readonly CloudEvent[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Known once it is told. */
interface Own {
  opener?: PortalOpener;
  identity?: PortalIdentity;
}

/** Knows nothing yet. `complain` hears of each fault, in words. */
export function createPortal(name: string, complain: (what: string) => void): JudgedPortal {
  const [tally, place, ledger, tried] = [createTally(), createPlace(), createLedger(), createTried()];
  const expected = new Set<NoticeKind>();
  const refused = new Set<number>();
  const own: Own = {};
  const wrong = (what: string | undefined) => void (what !== undefined && complain(`${name}: ${what}`));

  const takeNotice = (event: CloudEvent) => {
    wrong(faultOf(event, { expected, refused, tried }));
    tally.excuse(toldBy(event));
    wrong(ledger.takeNotice(event.sequence, event.chain));
  };
  const takeKept = (event: CloudEvent, { number, subject }: Read) => {
    const isTold = tally.takeKept({ sequence: Number(event.sequence), number, subject });
    if (!isTold) wrong(`${describe(event)} was kept, and nobody said that it would not come`);
  };
  /** Gives when it was written, if it is a message that came for the first time. */
  const takeOne = (event: CloudEvent, read: Read): number | undefined => {
    if (!isNotice(event)) wrong(ledger.take({ ...event, hash: read.hash }));
    if (read.portal !== undefined && read.portal !== name) wrong(`a message for ${read.portal} came`);
    if (read.isElsewhere) wrong(`${describe(event)} says that it is of another conversation than it is`);
    if (event.replay !== undefined) return void takeKept(event, read);
    const following = place.take(event);
    portal.lastSequence = Math.max(portal.lastSequence, Number(event.sequence));
    if (following === 'gap') wrong(`${describe(event)} came, and what is before it never did`);
    const isRepeat = following === 'repeat';
    if (isNotice(event)) return isRepeat ? undefined : void takeNotice(event);
    const { number, subject } = read;
    // A repeat is opened and counted by its mark all the same, so that nothing hides behind a number.
    const isInStrand = event.strand !== undefined;
    return tally.take({ sequence: Number(event.sequence), number, subject, isInStrand, isRepeat })
      ? read.atMs
      : undefined;
  };
  const portal: JudgedPortal = {
    ...{ tally, tried, expected, fault: undefined, isTimed: true, mayRefuse: true, lastSequence: 0 },
    know: (licenceKey, identity) => Object.assign(own, { opener: openerOf(licenceKey), identity }),
    take: async ({ body, events, headers }, { takes, refuses }) => {
      const { opener, identity } = own;
      if (opener === undefined || identity === undefined) throw new Error('the judge has no key of this portal');
      opener.verify(body, headers);
      for (const fault of faultsOf(events, { body, webhookId: headers[names.webhookId] ?? '' }, identity)) wrong(fault);
      const read = await Promise.all(events.slice(0, takes).map((event) => readEvent(event, opener)));
      if (refuses !== undefined) refused.add(refuses);
      if (takes > 0 || refuses !== undefined) portal.mayRefuse = refuses === undefined;
      return read.flatMap((each, index) => takeOne(events[index] as CloudEvent, each) ?? []);
    },
    follow: (events) => {
      const followings = events.map((event) => place.take(event));
      for (const [index, following] of followings.entries())
        if (following === 'gap')
          wrong(`${describe(events[index] as CloudEvent)} came, and what is before it never did`);
      return followings.filter((following) => following !== 'repeat').length;
    },
    prove: () => ledger.prove().forEach(wrong),
  };
  return portal;
}
