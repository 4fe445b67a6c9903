import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attributes, Cursor, PortalEvent, TakenNotice } from '@trunkline/portal-sdk';

/** One event as the page shows it. */
export interface ShownEvent {
  readonly sequence: string;
  readonly id: string;
  readonly type: string;
  readonly conversationId: string;
  /** Of a parallel portal: in which strand it came; else empty. */
  readonly strand: string;
  readonly takenAt: string;
  /** Trace of the message, where it is sampled. */
  readonly traceparent: string;
  readonly data: unknown;
  /** Of an event that came again because somebody wanted it: the replay's number; else absent. */
  readonly replay?: string;
}

/** What the demo portal keeps: its places in the stream and the events that it took last. */
export interface PortalStore {
  readonly events: readonly ShownEvent[];
  /** One for each strand that there ever was, and the one without. */
  readonly cursors: readonly Cursor[];
  /** Takes an event; it is kept with the next cursor of its strand. */
  readonly take: (event: ShownEvent) => void;
  /**
   * Keeps a cursor and what was taken of its strand together: after a crash neither is without the other. Gives those events.
   * Strands may call it side by side.
   */
  readonly save: (cursor: Cursor) => Promise<readonly ShownEvent[]>;
  /** Keeps an event that is not of the stream: a replayed one. */
  readonly add: (event: ShownEvent) => Promise<void>;
}

interface Kept {
  readonly events: readonly ShownEvent[];
  readonly cursors: readonly Cursor[];
}

const keptEvents = 500;

/** Opens the demo portal's file. */
export async function openPortalStore(folder: string): Promise<PortalStore> {
  const file = join(folder, 'portal.json');
  await mkdir(folder, { recursive: true });
  let kept = await read(file);
  let written: Promise<unknown> = Promise.resolve();
  const waiting = new Map<string, ShownEvent[]>();
  const write = async (cursor: Cursor | undefined, taken: readonly ShownEvent[]) => {
    const others = kept.cursors.filter(({ strand }) => cursor === undefined || strand !== cursor.strand);
    const cursors = cursor === undefined ? others : [...others, cursor];
    const next = { events: [...kept.events, ...taken].slice(-keptEvents), cursors };
    // Written beside and renamed: a file that is there is whole.
    await writeFile(`${file}.new`, JSON.stringify(next));
    await rename(`${file}.new`, file);
    kept = next;
    return taken;
  };
  /** One after another: each is made of what the former left. */
  const writeNext = async (cursor: Cursor | undefined, taken: readonly ShownEvent[]) => {
    const saved = written.then(() => write(cursor, taken));
    written = saved.catch(() => {});
    return await saved;
  };
  return {
    get events() {
      return kept.events;
    },
    get cursors() {
      return kept.cursors;
    },
    take: (event) => void waiting.set(event.strand, [...(waiting.get(event.strand) ?? []), event]),
    save: async (cursor) => {
      const strand = cursor.strand ?? '';
      const taken = waiting.get(strand) ?? [];
      waiting.delete(strand);
      return await writeNext(cursor, taken);
    },
    add: async (event) => void (await writeNext(undefined, [event])),
  };
}

async function read(file: string): Promise<Kept> {
  try {
    const { events, cursors, cursor } = JSON.parse(await readFile(file, 'utf8')) as Kept & { cursor?: Cursor };
    // One cursor: of a version that knew no strands.
    return { events, cursors: cursors ?? (cursor === undefined ? [] : [cursor]) };
  } catch {
    return { events: [], cursors: [] };
  }
}

/** A notice as the page shows it: a range of events will not come by itself. */
export function shownNotice({ notice, ...event }: TakenNotice, takenAt: Date): ShownEvent {
  return shown({ ...event, data: { notice } }, takenAt);
}

/** An event of the stream as the page shows it. */
export function shown(event: Pick<PortalEvent, keyof Attributes | 'data'>, takenAt: Date): ShownEvent {
  const { sequence, id, type, subject = '', strand = '', traceparent = '', data } = event;
  return { sequence, id, type, conversationId: subject, strand, takenAt: takenAt.toISOString(), traceparent, data };
}
