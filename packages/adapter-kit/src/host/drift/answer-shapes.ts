import type { AnsweredCall } from '../guarded-fetch.ts';
import { createShapes, isId, type Shapes } from './shapes.ts';

/** The shapes of a platform's answers, by what was asked. */
export interface AnswerShapes {
  /** What of an answer is new, each with the call that it answers; from then on it is known. */
  learn(call: AnsweredCall, payload: unknown): string[];
}

/** No fixture shows them, so the first answers to a call show what is usual; what they lack is told once. */
const usualAnswers = 20;
/** No platform is asked more ways than these. */
const callsMax = 200;

/** Knows nothing at first. */
export function createAnswerShapes(): AnswerShapes {
  const known = new Map<string, { readonly shapes: Shapes; seen: number }>();
  return {
    learn: (call, payload) => {
      const name = nameOf(call);
      const one = known.get(name) ?? { shapes: createShapes(), seen: 0 };
      if (!known.has(name)) {
        if (known.size >= callsMax) return [];
        known.set(name, one);
      }
      one.seen += 1;
      const news = one.shapes.learn(payload);
      return one.seen <= usualAnswers ? [] : news.map(({ path }) => `${name}: ${path}`);
    },
  };
}

/** Ids and tokens of its path stand for any other; a refusal has another shape than what was done. */
function nameOf({ method, path, status }: AnsweredCall): string {
  const shown = path.split('/').map((part) => (part !== '' && isId(part) ? '*' : part));
  return `${method} ${shown.join('/')}${status >= 400 ? ' refused' : ''}`;
}
