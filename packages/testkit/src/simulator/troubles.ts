import { createFaults } from './faults.ts';

/** What can go wrong with the answer to a call, on any platform. */
export const callTroubles = {
  too_many_requests: 'Refuses: too many requests',
  refusal: 'Refuses with the code that is given',
  server_error: "Answers with a proxy's error page",
  cut_before: 'Cuts the connection, nothing is done',
  cut_after: 'Does it, then cuts the connection',
  broken_answer: 'Does it, half of the answer comes',
  endless_answer: 'Does it, the answer never ends',
  slow: 'Does it late',
  late_answer: 'Does it at once, answers late',
} as const;

/** What can go wrong with a file that is fetched. */
export const fileTroubles = {
  file_gone: 'Files: the link has expired',
  file_shorter: 'Files: shorter than they claim',
  file_endless: 'Files: without end',
  file_redirect: 'Files: redirect to a private address',
} as const;

/** What can go wrong with calls of the hook. */
export const hookTroubles = {
  repeated: 'Hook: everything comes twice',
  reversed: 'Hook: the next three come last one first',
} as const;

/** The same where several events may come in one call. */
export const batchTroubles = { batched: 'Hook: the next three events come in one call' } as const;

/** The same where calls carry a proof. */
export const proofTroubles = {
  wrong_proof: 'Hook: a forged call comes before the genuine one',
  no_proof: 'Hook: a call without proof comes before the genuine one',
} as const;

/** One trouble, with what it takes; everything but its kind has a default. */
export interface Trouble<Kind extends string = string> {
  readonly kind: Kind;
  /** How often; once unless said. */
  readonly times?: number;
  /** Only for calls of this method. */
  readonly method?: string;
  /** Only for calls about this person or chat. */
  readonly to?: string;
  readonly delayMs?: number;
  /** How long to wait, as the platform says it. */
  readonly seconds?: number;
  /** What a refusal says. */
  readonly code?: number | string;
  readonly subcode?: number;
  readonly status?: number;
  readonly message?: string;
  /** How many copies, or how many that change places. */
  readonly count?: number;
  /** Where a redirect leads. */
  readonly location?: string;
}

/** What a call is about, for troubles that are narrowed to it. */
export interface TroubleScope {
  readonly method?: string;
  readonly to?: string;
}

/** The troubles of one simulated account: a test, a shell or a page arms them, the simulator takes them. */
export interface Troubles<Kind extends string = string> {
  /** A sentence for each kind. */
  readonly sentences: Readonly<Record<Kind, string>>;
  /** Arms one. Throws for a kind that there is not. */
  fail(trouble: Trouble<Kind>): void;
  /** Takes all back, or those of one kind. */
  heal(only?: { readonly kind?: string }): void;
  /** Uses up the first one of these kinds that is not narrowed to something else. */
  take(kinds: readonly string[], scope?: TroubleScope): Trouble | undefined;
  /** The first one of a kind; it is not used up. */
  waits(kind: string): Trouble | undefined;
  /** Kinds that are armed. */
  armed(): readonly string[];
}

/** No troubles yet; the kinds that a platform has are given with their sentences. */
export function createTroubles<Kind extends string>(sentences: Readonly<Record<Kind, string>>): Troubles<Kind> {
  const faults = createFaults<Trouble<Kind>>();
  return {
    sentences,
    fail: (trouble) => {
      const kinds = Object.keys(sentences);
      if (!kinds.includes(trouble.kind)) throw new Error(`there is no such trouble; there are: ${kinds.join(', ')}`);
      faults.arm(trouble, trouble.times);
    },
    heal: ({ kind } = {}) => faults.clear((trouble) => kind === undefined || trouble.kind === kind),
    take: (kinds, { method, to } = {}) =>
      faults.take(
        (trouble) => kinds.includes(trouble.kind) && (trouble.method ?? method) === method && (trouble.to ?? to) === to,
      ),
    waits: (kind) => faults.armed().find((trouble) => trouble.kind === kind),
    armed: () => [...new Set(faults.armed().map(({ kind }) => kind))],
  };
}
