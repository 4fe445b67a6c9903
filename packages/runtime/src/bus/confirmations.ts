/** Whether the bus takes what is written to it. A connection that is open says nothing about that: a server whose disk is full holds it. */
export interface Confirmations {
  /** The server could take a publish (also one that it refused), or it did not answer, or has no room. */
  heard(subject: string, isTaken: boolean): void;
  /** The server was started anew, or another one answers: nothing is known. */
  forget(): void;
}

/** What {@link createConfirmations} wants. */
export interface ConfirmationsOptions {
  /** Hears where nothing is taken, whenever that changes: names of streams and buckets, as subjects begin. */
  readonly onChange: (places: readonly string[]) => void;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Calls once after so many milliseconds, unless cancelled by what it gives. */
  readonly after: (ms: number, call: () => void) => () => void;
}

/** A server that stands still for a moment is none of it. */
const silentMs = 3_000;
/** Who does not try any more does not know any more. */
const knownMs = 20_000;

interface Silence {
  readonly sinceMs: number;
  isTold: boolean;
  cancel: () => void;
}

/** Told is a place that took none of the publishes of 3 s, until it takes one, or nobody tries for 20 s: whoever waits for it tries each 5 s at least. */
export function createConfirmations({ onChange, now, after }: ConfirmationsOptions): Confirmations {
  const silences = new Map<string, Silence>();
  const tell = () => onChange([...silences].filter(([, { isTold }]) => isTold).map(([place]) => place));
  const end = (place: string) => {
    const silence = silences.get(place);
    silence?.cancel();
    silences.delete(place);
    if (silence?.isTold === true) tell();
  };
  return {
    heard: (subject, isTaken) => {
      // Each publish comes by here, and nearly always there is nothing to do.
      if (isTaken && silences.size === 0) return;
      const place = placeOf(subject);
      if (isTaken) {
        end(place);
        return;
      }
      const silence = silences.get(place) ?? { sinceMs: now(), isTold: false, cancel: () => {} };
      silence.cancel();
      silence.cancel = after(knownMs, () => end(place));
      silences.set(place, silence);
      if (silence.isTold || now() - silence.sinceMs < silentMs) return;
      silence.isTold = true;
      tell();
    },
    forget: () => {
      for (const place of [...silences.keys()]) end(place);
    },
  };
}

/** `ingress` of `ingress.3`, `owners` of `$KV.owners.sealer.3`. Pure. */
function placeOf(subject: string): string {
  const [first = '', second = ''] = subject.split('.');
  return first.startsWith('$') ? second : first;
}
