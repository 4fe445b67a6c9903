import { jsonOrNothing } from '../../safe-json.ts';
import type { AnsweredCall } from '../guarded-fetch.ts';
import { createShapes, isId, masked, type Shapes, unmasked } from './shapes.ts';

/** The shapes of a platform's answers, by what was asked. */
export interface AnswerShapes {
  /** What of an answer is new, each with the call that it answers; from then on it is known. */
  learn(call: AnsweredCall, payload: unknown): string[];
}

/** The usual answers to one call. */
export interface UsualAnswers {
  readonly name: string;
  /** How many were seen. */
  readonly seen: number;
  /** Those that taught something, without their values: see {@link masked}. */
  readonly samples: readonly string[];
}

/** Where what was learned outlives the process. */
export interface Usual {
  readonly before: readonly UsualAnswers[];
  /** Keeps what was learned of a call. Never throws and never waits. */
  readonly keep: (name: string, learned: { readonly seen: number; readonly sample?: string }) => void;
}

/** No fixture shows them, so the first answers to a call show what is usual; what they lack is told once. */
const usualAnswers = 20;
/** No platform is asked more ways than these. */
const callsMax = 200;

/** So many samples of a call are kept, and none that is larger: what they lack is learned anew after a start. */
const samplesMax = 100;
const sampleMax = 32_768;

/** Knows what was learned before it was started, so that a new field just after that is seen; of other calls nothing. */
export function createAnswerShapes({ before, keep }: Usual): AnswerShapes {
  const known = new Map<string, { readonly shapes: Shapes; seen: number; samples: number }>();
  for (const { name, seen, samples } of before.slice(0, callsMax)) {
    const shapes = createShapes();
    for (const sample of samples) shapes.learn(unmasked(jsonOrNothing(sample)));
    known.set(name, { shapes, seen, samples: samples.length });
  }
  return {
    learn: (call, payload) => {
      const name = nameOf(call);
      const one = known.get(name) ?? { shapes: createShapes(), seen: 0, samples: 0 };
      if (!known.has(name)) {
        if (known.size >= callsMax) return [];
        known.set(name, one);
      }
      one.seen += 1;
      const news = one.shapes.learn(payload);
      const sample = news.length > 0 && one.samples < samplesMax ? JSON.stringify(masked(payload, '', 0, 50)) : '';
      if (sample !== '' && sample.length <= sampleMax) {
        one.samples += 1;
        keep(name, { seen: one.seen, sample });
      } else if (one.seen === usualAnswers) keep(name, { seen: one.seen });
      return one.seen <= usualAnswers ? [] : news.map(({ path }) => `${name}: ${path}`);
    },
  };
}

/** Ids and tokens of its path stand for any other; a refusal has another shape than what was done. */
function nameOf({ method, path, status }: AnsweredCall): string {
  const shown = path.split('/').map((part) => (part !== '' && isId(part) ? '*' : part));
  return `${method} ${shown.join('/')}${status >= 400 ? ' refused' : ''}`;
}
