import { TrunklineError } from '../errors.ts';

/** How far a stream has come, as its answers say: one that goes back is another store than the one that took what came before. */
export interface StreamEnd {
  /** Publishes and gives its answer. Rejects with `unavailable` when the stream has gone back, then and from then on. */
  watched<T extends { readonly sequence: number; readonly isDuplicate: boolean }>(
    publish: () => Promise<T>,
  ): Promise<T>;
  /** True once it has gone back: whatever it confirms is lost when the store comes back that is missing. */
  readonly hasGoneBack: boolean;
}

/** Watches a stream, from now until the process ends. `onGoneBack` hears of it once. Does no input or output of its own. */
export function watchStreamEnd(onGoneBack: (from: number, to: number) => void = () => {}): StreamEnd {
  let furthest = 0;
  let hasGoneBack = false;
  return {
    watched: async (publish) => {
      if (hasGoneBack) throw goneBack();
      // Whatever was answered before this was sent lies before it in the stream.
      const before = furthest;
      const answer = await publish();
      if (answer.isDuplicate) return answer;
      if (answer.sequence > before) {
        furthest = Math.max(furthest, answer.sequence);
        return answer;
      }
      if (!hasGoneBack) onGoneBack(before, answer.sequence);
      hasGoneBack = true;
      throw goneBack();
    },
    get hasGoneBack() {
      return hasGoneBack;
    },
  };
}

function goneBack(): TrunklineError {
  return new TrunklineError(
    'unavailable',
    'the stream ends before what it took already: another store is in its place',
  );
}
