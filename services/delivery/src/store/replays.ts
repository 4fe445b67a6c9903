import { collections } from '@trunkline/contracts';
import {
  type Collection,
  type Filter,
  isDuplicateKey,
  type SequenceRun,
  type Store,
  TrunklineError,
} from '@trunkline/runtime';
import type { Selection } from '../domain/selection.ts';

/** Where a replay stands. */
export type ReplayState = 'waiting' | 'running' | 'done' | 'cancelled';

/** A replay: events of a portal that somebody asked to have sent again. */
export interface ReplayDocument {
  /** Portal and number. */
  readonly _id: string;
  readonly portalId: string;
  readonly tenantId: string;
  /** 1, 2, … a portal, for ever: receivers tell replays apart by it, so none is given twice. */
  readonly number: number;
  /** The caller's idempotency key; unique a portal. */
  readonly requestKey: string;
  /** SHA-256 of what was asked: the same key may not ask for something else. */
  readonly requestHash: string;
  readonly selection: Selection;
  /** How many were kept when it was asked for. */
  readonly total: number;
  readonly sent: number;
  readonly refused: number;
  readonly state: ReplayState;
  /** It is done up to this sequence … */
  readonly afterSequence: number;
  /** … and ends with this one: what is given up later does not join. */
  readonly untilSequence: number;
  /** Why the last attempt failed; empty when it did not. */
  readonly lastError: string;
  readonly lastErrorText: string;
  readonly askedAt: Date;
  readonly changedAt: Date;
  /** What a consumer took or refused of it, until the owner of the lane has recorded it. */
  readonly pulled?: readonly PulledPart[];
  /** True while there is such. */
  readonly hasPulled?: true;
}

/** A run that a consumer took, or refused. */
export interface PulledPart extends SequenceRun {
  readonly isTaken: boolean;
  readonly at: Date;
}

/** Replays of which something was pulled that no record tells. */
export type PulledReplay = Pick<ReplayDocument, 'portalId' | 'tenantId' | 'number'> & {
  readonly pulled: readonly PulledPart[];
};

/** What is new about a replay when it is asked for. */
export type AskedReplay = Pick<
  ReplayDocument,
  'portalId' | 'tenantId' | 'requestKey' | 'requestHash' | 'selection' | 'total' | 'untilSequence'
>;

/** The collection's questions. All reject when the store does not answer in time. */
export interface ReplayStore {
  /** Stores a replay under the portal's next number; of a key that was used, the one that it made. */
  add(asked: AskedReplay): Promise<ReplayDocument>;
  find(portalId: string, number: number): Promise<ReplayDocument | undefined>;
  /** The replay that a key made. */
  madeBy(portalId: string, requestKey: string): Promise<ReplayDocument | undefined>;
  /** Newest first, those below a number. */
  list(portalId: string, belowNumber: number, limit: number): Promise<ReplayDocument[]>;
  /** Those that are not over, of all portals, oldest first in each. */
  open(): Promise<Pick<ReplayDocument, 'portalId' | 'number'>[]>;
  /** Changes one that is not over and stands behind this sequence; false: there is none. */
  move(replay: ReplayPlace, change: ReplayChange): Promise<boolean>;
  /** Those of which something was pulled that no record tells yet. */
  pulled(): Promise<PulledReplay[]>;
  /** Records tell what was pulled of one, by the first sequence of each run. */
  recorded(portalId: string, number: number, firstSequences: readonly number[]): Promise<void>;
  /** Ends one that is not over. */
  end(portalId: string, number: number, state: 'done' | 'cancelled'): Promise<void>;
}

/** A replay, and how far its sender believes that it is done. */
export type ReplayPlace = Pick<ReplayDocument, 'portalId' | 'number' | 'afterSequence'>;

/** What an attempt changes. */
export interface ReplayChange {
  readonly afterSequence: number;
  readonly sent: number;
  readonly refused: number;
  readonly lastError: string;
  readonly lastErrorText: string;
  readonly pulled?: readonly PulledPart[];
}

const timeout = { timeoutMS: 2_000 };
const openStates: ReplayState[] = ['waiting', 'running'];
const isOpen = { state: { $in: openStates } };
/** So many at once look for the next number of one portal. */
const mostTries = 20;
/** Far more than anybody asks for at once. */
const mostOpen = 10_000;
/** Runs that wait for the owner of their lane: it tells of them within seconds, and of the newest alone when it was away. */
const mostPulled = 1_000;
/** Replays that are told of at once; the others come next. */
const mostTold = 100;

const { replays } = collections.delivery;

function idOf(portalId: string, number: number): string {
  return `${portalId}/${number.toString().padStart(10, '0')}`;
}

/** Opens the replays, and makes the indexes if they are not there. */
export async function openReplayStore(store: Store, now: () => number): Promise<ReplayStore> {
  const collection = store.collection<ReplayDocument>(replays);
  await store.provideIndex(replays, { portalId: 1, requestKey: 1 }, { unique: true });
  await store.provideIndex(replays, { portalId: 1, number: -1 }, { unique: true });
  await store.provideIndex(replays, { state: 1, _id: 1 }, { partialFilterExpression: isOpen });
  await store.provideIndex(replays, { hasPulled: 1 }, { sparse: true });
  const one = async (filter: Filter<ReplayDocument>) => (await collection.findOne(filter, timeout)) ?? undefined;
  const newest = (portalId: string, belowNumber: number, limit: number) =>
    collection
      .find({ portalId, number: { $lt: belowNumber } }, timeout)
      .sort({ number: -1 })
      .limit(limit)
      .toArray();
  const madeBy: ReplayStore['madeBy'] = (portalId, requestKey) => one({ portalId, requestKey });
  return {
    ...pulledIn(collection),
    madeBy,
    list: newest,
    find: (portalId, number) => one({ _id: idOf(portalId, number) }),
    add: async (asked) => {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const made = await madeBy(asked.portalId, asked.requestKey);
        if (made !== undefined) return made;
        const [last] = await newest(asked.portalId, Number.MAX_SAFE_INTEGER, 1);
        const replay = newReplay(asked, (last?.number ?? 0) + 1, new Date(now()));
        try {
          await collection.insertOne(replay, timeout);
          return replay;
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
      }
      throw new TrunklineError('aborted', 'too many replays of one portal are asked for at once');
    },
    open: () =>
      collection
        .find(isOpen, timeout)
        .project<Pick<ReplayDocument, 'portalId' | 'number'>>({ _id: 0, portalId: 1, number: 1 })
        .sort({ _id: 1 })
        .limit(mostOpen)
        .toArray(),
    move: async ({ portalId, number, afterSequence }, { sent, refused, pulled = [], ...change }) => {
      const hasPulled = pulled.length > 0 && { hasPulled: true as const };
      const update = {
        $set: { ...change, ...hasPulled, state: 'running' as const, changedAt: new Date(now()) },
        $inc: { sent, refused },
        ...(hasPulled && { $push: { pulled: { $each: [...pulled], $slice: -mostPulled } } }),
      };
      const place = { _id: idOf(portalId, number), afterSequence, ...isOpen };
      return (await collection.updateOne(place, update, timeout)).matchedCount === 1;
    },
    end: async (portalId, number, state) => {
      const change = { $set: { state, changedAt: new Date(now()) } };
      await collection.updateOne({ _id: idOf(portalId, number), ...isOpen }, change, timeout);
    },
  };
}

function pulledIn(collection: Collection<ReplayDocument>): Pick<ReplayStore, 'pulled' | 'recorded'> {
  return {
    pulled: () =>
      collection
        .find({ hasPulled: true }, timeout)
        .project<PulledReplay>({ _id: 0, portalId: 1, tenantId: 1, number: 1, pulled: 1 })
        .limit(mostTold)
        .toArray(),
    recorded: async (portalId, number, firstSequences) => {
      const _id = idOf(portalId, number);
      const told = { firstSequence: { $in: [...firstSequences] } };
      await collection.updateOne({ _id }, { $pull: { pulled: told } }, timeout);
      await collection.updateOne({ _id, pulled: { $size: 0 } }, { $unset: { hasPulled: '', pulled: '' } }, timeout);
    },
  };
}

/** One of nothing is over at once. */
function newReplay(asked: AskedReplay, number: number, at: Date): ReplayDocument {
  return {
    ...{ _id: idOf(asked.portalId, number), number, ...asked, sent: 0, refused: 0, afterSequence: 0 },
    state: asked.total === 0 ? 'done' : 'waiting',
    ...{ lastError: '', lastErrorText: '', askedAt: at, changedAt: at },
  };
}
