import type { Memory } from '@trunkline/adapter-kit/page';
import type { LoggedFrame } from '../frames.ts';

/** What the visitor wrote and the server has not acknowledged yet. */
export interface Waiting {
  readonly frame: LoggedFrame;
  readonly atMs: number;
  /** The attached file, until it is uploaded. */
  readonly file?: { readonly name: string; readonly sizeBytes: number; readonly mimeType: string };
  readonly isUploaded: boolean;
  /** Why it was refused: it waits for the visitor's word. */
  readonly error?: string;
}

/** Frames on their way to the server, in the order in which they were written; survives the page. */
export interface Outbox {
  readonly all: () => readonly Waiting[];
  /** The first one that may be sent. */
  readonly next: () => Waiting | undefined;
  readonly add: (waiting: Waiting) => void;
  /** The server has it. */
  readonly done: (cid: string) => void;
  readonly change: (cid: string, change: Partial<Pick<Waiting, 'isUploaded'>>) => void;
  readonly fail: (cid: string, error: string) => void;
  /** Sent again, after everything that waits. */
  readonly retry: (cid: string) => void;
}

const key = 'outbox';

/** Opens the outbox. Other tabs use the same: each change starts from what is kept, and a cid is sent twice at worst. */
export function createOutbox(memory: Memory): Outbox {
  const all = () => memory.get<Waiting[]>(key) ?? [];
  const save = (waiting: readonly Waiting[]) => memory.set(key, waiting);
  const others = (cid: string) => all().filter(({ frame }) => frame.cid !== cid);
  const update = (cid: string, change: (waiting: Waiting) => Waiting) =>
    save(all().map((waiting) => (waiting.frame.cid === cid ? change(waiting) : waiting)));
  return {
    all,
    next: () => all().find(({ error }) => error === undefined),
    add: (waiting) => save([...all(), waiting]),
    done: (cid) => save(others(cid)),
    change: (cid, change) => update(cid, (waiting) => ({ ...waiting, ...change })),
    fail: (cid, error) => update(cid, (waiting) => ({ ...waiting, error })),
    retry: (cid) => {
      const found = all().find(({ frame }) => frame.cid === cid);
      if (!found) return;
      const { error: _error, ...waiting } = found;
      save([...others(cid), waiting]);
    },
  };
}

/** A new id of a frame; getRandomValues, because randomUUID is missing on pages without TLS. */
export function newCid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
