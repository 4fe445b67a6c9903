/** How the platform misbehaves when a test asks it to. */
export type Fault = ApiFault | FileFault | UpdateFault;

/** Of a method call; only of one method or in one chat, if said. */
export type ApiFault = { readonly method?: string; readonly chatId?: number } & (
  | { readonly kind: 'too_many_requests'; readonly retryAfterSeconds: number }
  | { readonly kind: 'refusal'; readonly status: number; readonly description: string }
  /** A proxy's page instead of an answer. */
  | { readonly kind: 'server_error'; readonly status: number }
  /** The connection goes before anything was done. */
  | { readonly kind: 'cut_before' }
  /** All was done, and then the connection goes: the caller cannot know. */
  | { readonly kind: 'cut_after' }
  /** All was done, and the answer cannot be read. */
  | { readonly kind: 'broken_answer' }
  /** Nothing is done before so long. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** All was done, and people act on it, before the caller hears of it. */
  | { readonly kind: 'late_answer'; readonly delayMs: number }
);

/** Of a file being downloaded. */
export type FileFault =
  | { readonly kind: 'file_gone' }
  | { readonly kind: 'file_shorter' }
  | { readonly kind: 'file_endless' }
  | { readonly kind: 'file_redirect'; readonly to: string };

/** Of updates being delivered to the hook. */
export type UpdateFault =
  | { readonly kind: 'repeated_update'; readonly copies: number }
  /** So many updates are gathered and then come last one first. */
  | { readonly kind: 'reversed_updates'; readonly count: number };

const apiSentences = {
  too_many_requests: 'Refuses: too many requests',
  refusal: 'Refuses as it is given',
  server_error: "Answers with a proxy's error page",
  cut_before: 'Cuts the connection, nothing is done',
  cut_after: 'Does it, then cuts the connection',
  broken_answer: 'Does it, half of the answer comes',
  slow: 'Does it late',
  late_answer: 'Does it at once, answers late',
} as const satisfies Record<ApiFault['kind'], string>;

/** A sentence for each fault. */
export const faultSentences: Readonly<Record<Fault['kind'], string>> = {
  ...apiSentences,
  file_gone: 'Files: the link has expired',
  file_shorter: 'Files: shorter than they claim',
  file_endless: 'Files: without end',
  file_redirect: 'Files: redirect to a private address',
  repeated_update: 'Hook: everything comes twice',
  reversed_updates: 'Hook: the next three come last one first',
};

/** Names of all faults. */
export const faultKinds: readonly string[] = Object.keys(faultSentences);

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** Faults that wait for their turn. */
export interface Faults {
  /** Arms a fault for so many times; once unless said. */
  arm(fault: Fault, times?: number): void;
  /** Takes everything back, or what is of one kind. */
  clear(kind?: string): void;
  isArmed(kind: string): boolean;
  takeForCall(method: string, chatId: number): ApiFault | undefined;
  takeForFile(): FileFault | undefined;
  takeForUpdate(): Extract<UpdateFault, { kind: 'repeated_update' }> | undefined;
  /** How many updates must be gathered now; undefined when none. Taken back by `take`. */
  reversed(): { readonly count: number; take(): void } | undefined;
}

/** No faults yet. */
export function createFaults(): Faults {
  let armed: Armed[] = [];

  function find(fits: (fault: Fault) => boolean): Armed | undefined {
    return armed.find(({ fault }) => fits(fault));
  }

  function use(found: Armed | undefined): Fault | undefined {
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) armed = armed.filter((other) => other !== found);
    return found.fault;
  }

  return {
    arm: (fault, times = 1) => {
      armed.push({ fault, left: times });
    },
    clear: (kind) => {
      armed = kind === undefined ? [] : armed.filter(({ fault }) => fault.kind !== kind);
    },
    isArmed: (kind) => find((fault) => fault.kind === kind) !== undefined,
    takeForCall: (method, chatId) => {
      const fits = (fault: Fault) =>
        isApiFault(fault) && (fault.method ?? method) === method && (fault.chatId ?? chatId) === chatId;
      return use(find(fits)) as ApiFault | undefined;
    },
    takeForFile: () => use(find(({ kind }) => kind.startsWith('file_'))) as FileFault | undefined,
    takeForUpdate: () => {
      const fault = use(find(({ kind }) => kind === 'repeated_update'));
      return fault?.kind === 'repeated_update' ? fault : undefined;
    },
    reversed: () => {
      const found = find(({ kind }) => kind === 'reversed_updates');
      if (found?.fault.kind !== 'reversed_updates') return undefined;
      return { count: found.fault.count, take: () => use(found) };
    },
  };
}

function isApiFault(fault: Fault): fault is ApiFault {
  return Object.hasOwn(apiSentences, fault.kind);
}
