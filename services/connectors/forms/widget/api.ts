import type { GivenForm, ScriptAnswer } from '../serve-script.ts';

/** The server as the form calls it. */
export interface Api {
  /** The form; rejects with {@link NoForm} where it cannot be had. */
  readonly load: (lang: string, kind: string) => Promise<GivenForm>;
  /** Sends it; undefined when the server was not reached, or could not store it: the same may be sent again. */
  readonly send: (filled: object) => Promise<ScriptAnswer | undefined>;
}

/** There is no form for this page; `isFinal` when asking again would not help. */
export class NoForm extends Error {
  override readonly name = 'NoForm';
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

const callMs = 15_000;
/** The same form is sent again by itself after these pauses: it is one form, however often it arrives. */
const pausesMs = [0, 1_000, 3_000];

/** Makes the calls; `base` is the folder of the script. */
export function createApi(base: string): Api {
  const sendOnce = async (body: Blob): Promise<ScriptAnswer | undefined> => {
    try {
      // A body without a content type needs no preflight.
      const response = await fetch(new URL('form', base), {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(callMs),
      });
      return response.status >= 500 ? undefined : ((await response.json()) as ScriptAnswer);
    } catch {
      return undefined;
    }
  };
  return {
    load: async (lang, kind) => {
      const url = new URL('form', base);
      url.search = String(new URLSearchParams({ lang, kind }));
      const response = await fetch(url, { signal: AbortSignal.timeout(callMs) });
      const answer = await response.json();
      if (response.ok) return answer as GivenForm;
      throw new NoForm(String(answer.message), [400, 403, 404].includes(response.status));
    },
    send: async (filled) => {
      const body = new Blob([JSON.stringify(filled)]);
      for (const pauseMs of pausesMs) {
        await new Promise((done) => setTimeout(done, pauseMs));
        const answer = await sendOnce(body);
        if (answer !== undefined) return answer;
      }
      return undefined;
    },
  };
}
