import { collections, IngressItem, ids, Origin } from '@trunkline/contracts';
import type { InputItem, StateDocument, StateReader } from '@trunkline/runtime';
import { type Decided, decideItems, type Known } from '../domain/decide.ts';
import type { CollectionName } from '../domain/state/documents.ts';
import type { Missing } from '../domain/state/draft.ts';
import { placeIn, refId } from '../domain/state/message-refs.ts';

/** Everything that a micro-batch needs to be decided. */
export interface StageState extends Known {
  readonly items: readonly InputItem[];
  /** The decision, which was made to find out what it needs; undefined when it throws. */
  readonly decided: Decided | undefined;
}

/** A document leads to another at most so often: a conversation, its person, their contact, the one that stayed, … */
const roundsMax = 16;

/**
 * Reads what a decision needs: it is made again and again, each time with what the former try asked for, until it asks for
 * nothing more. So no second place knows which documents a decision reads.
 */
export async function readState(
  items: readonly InputItem[],
  reader: StateReader,
  known: Pick<Known, 'directory' | 'settings'>,
): Promise<StageState> {
  const loaded = new Map<CollectionName, Map<string, StateDocument | undefined>>();
  const entered = decodeItems(items);
  const { wanted, fresh } = firstWanted(entered.values());
  await load(reader, loaded, wanted);
  await load(reader, loaded, fresh, { isNew: true });
  for (let round = 0; round < roundsMax; round += 1) {
    const missing: Missing = new Map();
    const decided = tryDecide(items, { ...known, loaded, entered, missing });
    if (missing.size === 0) return { ...known, loaded, entered, items, decided };
    await load(reader, loaded, missing);
  }
  throw new Error('a decision asks for more and more documents');
}

type Loading = Map<CollectionName, Map<string, StateDocument | undefined>>;

async function load(
  reader: StateReader,
  loaded: Loading,
  wanted: Missing,
  options?: { readonly isNew: boolean },
): Promise<void> {
  for (const [name, ids] of wanted) {
    const found = await reader.find(collections.normalizer[name], [...ids], options);
    const own = loaded.get(name) ?? new Map<string, StateDocument | undefined>();
    for (const id of ids) own.set(id, found.get(id));
    loaded.set(name, own);
  }
}

/** What is asked for first, and of it what a message makes that came for the first time, as nearly all do. */
interface FirstWanted {
  readonly wanted: Missing;
  readonly fresh: Missing;
}

/** A guess, so that most micro-batches are decided at the first try: what every message of a person asks for. */
function firstWanted(entered: Iterable<IngressItem>): FirstWanted {
  const conversations = new Set<string>();
  const identities = new Set<string>();
  const messages = new Set<string>();
  const messageRefs = new Set<string>();
  const ownRefs = new Set<string>();
  const seen = new Set<string>();
  for (const { item } of entered) {
    if (item?.$case !== 'hookCall') continue;
    const { channelId, events } = item.value;
    for (const { id, conversation, sender, event, platformId, origin } of events) {
      seen.add(id);
      if (event?.$case === 'message') {
        messages.add(id);
        // What the company's side wrote is mostly an echo of what was sent from here.
        const refs = isOfContact(origin) ? messageRefs : ownRefs;
        if (platformId) refs.add(refId(placeIn(channelId, conversation), platformId));
      }
      for (const name of [conversation?.platformId, conversation?.otherPlatformId])
        if (name) conversations.add(ids.conversation(channelId, name));
      if (sender) identities.add(ids.identity(channelId, sender.platformId));
    }
  }
  return {
    wanted: missingOf([
      ['conversations', conversations],
      ['holds', conversations],
      ['identities', identities],
      ['messageRefs', ownRefs],
      ['events', seen],
    ]),
    fresh: missingOf([
      ['messages', messages],
      ['messageRefs', new Set([...messageRefs].filter((id) => !ownRefs.has(id)))],
    ]),
  };
}

function isOfContact(origin: Origin): boolean {
  return origin === Origin.ORIGIN_CONTACT || origin === Origin.ORIGIN_UNSPECIFIED;
}

function missingOf(all: readonly [CollectionName, Set<string>][]): Missing {
  return new Map(all.filter(([, own]) => own.size > 0));
}

/** What is no item at all is left to the decision, which throws. */
function decodeItems(items: readonly InputItem[]): Map<InputItem, IngressItem> {
  const entered = new Map<InputItem, IngressItem>();
  for (const item of items) {
    try {
      entered.set(item, IngressItem.decode(item.bytes));
    } catch {
      // Parked later, alone.
    }
  }
  return entered;
}

/** As long as something is missing a decision may stumble over it: then it is only asked what it wanted. */
function tryDecide(items: readonly InputItem[], known: Known): Decided | undefined {
  try {
    return decideItems(items, known);
  } catch {
    return undefined;
  }
}
