import { collections } from '@trunkline/contracts';
import type { InputItem, StateDocument, StateReader } from '@trunkline/runtime';
import { type Decided, decideItems, type Known } from '../domain/decide.ts';
import type { CollectionName } from '../domain/state/documents.ts';
import type { Missing } from '../domain/state/draft.ts';

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
  for (let round = 0; round < roundsMax; round += 1) {
    const missing: Missing = new Map();
    const decided = tryDecide(items, { ...known, loaded, missing });
    if (missing.size === 0) return { ...known, loaded, items, decided };
    for (const [name, ids] of missing) {
      const found = await reader.find(collections.normalizer[name], [...ids]);
      const own = loaded.get(name) ?? new Map<string, StateDocument | undefined>();
      for (const id of ids) own.set(id, found.get(id));
      loaded.set(name, own);
    }
  }
  throw new Error('a decision asks for more and more documents');
}

/** As long as something is missing a decision may stumble over it: then it is only asked what it wanted. */
function tryDecide(items: readonly InputItem[], known: Known): Decided | undefined {
  try {
    return decideItems(items, known);
  } catch {
    return undefined;
  }
}
