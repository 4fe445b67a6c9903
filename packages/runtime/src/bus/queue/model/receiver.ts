import type { PortalRequest, PostResult, Verdict } from '../portal-ports.ts';
import type { Chance } from './chance.ts';
import { convOf, coveredBy, fromOf, isNotice, kidOf, type ModelItem, skippedBy } from './items.ts';
import { createMarks } from './marks.ts';

/** How a portal of the model behaves now. */
export type Mood = 'well' | 'partial' | 'down' | 'busy' | 'hangs' | 'resets' | 'moved' | 'keyless';

/** All moods. */
export const moods: readonly Mood[] = ['well', 'partial', 'down', 'busy', 'hangs', 'resets', 'moved', 'keyless'];

/** A portal that drops repeats, takes only what follows, and remembers what it should never have seen. */
export interface Receiver {
  mood: Mood;
  /** How long it takes to answer, in milliseconds. */
  answersAfterMs: number;
  /** Sequences that it refuses for ever. */
  readonly poison: Set<number>;
  /** Keys that it has. */
  readonly kids: Set<string>;
  /** It says this kid, whatever it is that it does not know. */
  says: string | undefined;
  /** How often it said that it does not know a key. */
  readonly unknownAnswers: number;
  /** True: it says which event it refuses. */
  names: boolean;
  readonly taken: ReadonlySet<number>;
  readonly last: number;
  readonly repeats: number;
  /** Sequences that came again by each replay, in the order in which they came first. */
  readonly replayed: ReadonlyMap<number, readonly number[]>;
  /** How many notices it took. */
  readonly notices: number;
  /** What order or completeness did not hold. */
  readonly violations: readonly string[];
  /** It takes items, however they came. */
  take(items: readonly ModelItem[]): void;
  /** A request arrives; `answer` is never called by a portal that hangs. */
  receive(request: Pick<PortalRequest, 'items' | 'replay'>, answer: (result: PostResult) => void): void;
}

/** Makes a portal. */
export function createReceiver(id: string, chance: Chance): Receiver {
  const taken = new Set<number>();
  const replayed = new Map<number, number[]>();
  const violations: string[] = [];
  const marks = createMarks();
  /** What it took or was told of. */
  const covered = new Set<number>();
  let last = 0;
  let repeats = 0;
  let unknownAnswers = 0;
  let notices = 0;

  const takeAgain = (items: readonly ModelItem[], replay: number) => {
    const before = replayed.get(replay) ?? [];
    const news = items.map(({ sequence }) => sequence).filter((sequence) => sequence > (before.at(-1) ?? 0));
    if (news.some((sequence, index) => sequence <= (news[index - 1] ?? 0))) violations.push(`${id}: replay ${replay}`);
    replayed.set(replay, [...before, ...news]);
  };
  /** What must hold whatever the rule of receivers says: nothing is taken before what comes before it. */
  const judge = (item: ModelItem, isRepeat: boolean) => {
    const { sequence } = item;
    const [first = sequence] = coveredBy(item);
    const isBefore = (other: number) => item.place?.name === undefined || convOf(other) === convOf(first);
    for (let other = 1; other < first && !isNotice(item) && !isRepeat; other += 1)
      if (isBefore(other) && !covered.has(other)) violations.push(`${id} got ${sequence} before ${other}`);
    for (const other of skippedBy(item)) violations.push(`${id} got ${sequence} and did not hear of ${other}`);
    const isKnown = coveredBy(item).every((each) => covered.has(each));
    if (isRepeat && !isKnown) violations.push(`${id} took ${sequence} for a repeat`);
    if (!isRepeat && isKnown && !isNotice(item)) violations.push(`${id} would take ${sequence} twice`);
  };
  const take = (items: readonly ModelItem[], replay?: number) => {
    if (replay !== undefined) return takeAgain(items, replay);
    for (const item of items) {
      const [isRepeat, follows] = [marks.isRepeat(item), marks.follows(item)];
      judge(item, isRepeat);
      if (follows) marks.move(item);
      if (isRepeat) {
        repeats += 1;
        continue;
      }
      if (!follows) {
        const { name, previous } = item.place ?? {};
        violations.push(
          `${id} stands at ${last} and got ${fromOf(item)}–${item.sequence} of ${name} after ${previous}`,
        );
        continue;
      }
      for (const sequence of coveredBy(item)) covered.add(sequence);
      while (covered.has(last + 1)) last += 1;
      if (isNotice(item)) notices += 1;
      else taken.add(item.sequence);
    }
  };

  const receiver: Receiver = {
    mood: 'well',
    answersAfterMs: 0,
    poison: new Set(),
    kids: new Set(['k0']),
    says: undefined,
    get unknownAnswers() {
      return unknownAnswers;
    },
    names: false,
    taken,
    replayed,
    violations,
    take,
    get last() {
      return last;
    },
    get repeats() {
      return repeats;
    },
    get notices() {
      return notices;
    },
    receive: ({ items, replay }, answer) => {
      const isNew = (item: ModelItem) => replay !== undefined || !marks.isRepeat(item);
      const refused = items.find((item) => receiver.poison.has(item.sequence) && !isNotice(item) && isNew(item));
      const give = (verdict: Verdict, httpStatus: number) => answer({ verdict, httpStatus, traceparent: '' });
      switch (receiver.mood) {
        case 'well':
        case 'partial': {
          if (refused !== undefined) {
            const named = receiver.names ? { eventId: refused.id } : {};
            return give({ kind: 'refused', code: 'portal_rejected', text: 'refused', ...named }, 422);
          }
          const closed = items.findIndex((item) => !isNotice(item) && !receiver.kids.has(kidOf(item)));
          // Either answer is right: it takes what it can open, or says at once what it cannot.
          if (closed === 0 || (closed > 0 && chance.happens(0.5))) {
            unknownAnswers += 1;
            const kid = receiver.says ?? (items[closed] === undefined ? '' : kidOf(items[closed]));
            return give({ kind: 'unknown_key', code: 'portal_unknown_key', text: 'unknown key', kid }, 422);
          }
          if (closed > 0) {
            take(items.slice(0, closed), replay);
            return give({ kind: 'accepted', count: closed }, 200);
          }
          const count = receiver.mood === 'well' ? items.length : 1 + chance.below(items.length);
          take(items.slice(0, count), replay);
          return give({ kind: 'accepted', count }, 200);
        }
        case 'down':
        case 'moved':
          return give(
            { kind: 'failed', code: 'portal_unavailable', text: 'down' },
            receiver.mood === 'down' ? 500 : 302,
          );
        case 'keyless':
          return give({ kind: 'failed', code: 'no_key', text: 'nothing to sign with' }, 0);
        case 'busy':
          return give({ kind: 'failed', code: 'portal_unavailable', text: 'busy', retryAfterMs: 3_000 }, 503);
        case 'hangs':
          if (chance.happens(0.5)) take(items, replay);
          return undefined;
        case 'resets':
          if (chance.happens(0.5)) take(items.slice(0, chance.below(items.length + 1)), replay);
          return give({ kind: 'failed', code: 'portal_unreachable', text: 'reset' }, 0);
      }
    },
  };
  return receiver;
}
