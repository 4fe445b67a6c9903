import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cursor, PortalEvent } from '@trunkline/portal-sdk';

/** One event as the page shows it. */
export interface ShownEvent {
  readonly sequence: string;
  readonly id: string;
  readonly type: string;
  readonly conversationId: string;
  readonly takenAt: string;
  /** Trace of the message, where it is sampled. */
  readonly traceparent: string;
  readonly data: unknown;
}

/** What the demo portal keeps: its place in the stream and the events that it took last. */
export interface PortalStore {
  readonly events: readonly ShownEvent[];
  readonly cursor: Cursor | undefined;
  /** Keeps events and cursor together: after a crash neither is without the other. */
  readonly save: (events: readonly ShownEvent[], cursor: Cursor) => Promise<void>;
}

const keptEvents = 500;

/** Opens the demo portal's file. */
export async function openPortalStore(folder: string): Promise<PortalStore> {
  const file = join(folder, 'portal.json');
  await mkdir(folder, { recursive: true });
  let kept = await read(file);
  return {
    get events() {
      return kept.events;
    },
    get cursor() {
      return kept.cursor;
    },
    save: async (taken, cursor) => {
      const next = { events: [...kept.events, ...taken].slice(-keptEvents), cursor };
      // Written beside and renamed: a file that is there is whole.
      await writeFile(`${file}.new`, JSON.stringify(next));
      await rename(`${file}.new`, file);
      kept = next;
    },
  };
}

async function read(file: string): Promise<{ events: ShownEvent[]; cursor: Cursor | undefined }> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return { events: [], cursor: undefined };
  }
}

/** An event of the stream as the page shows it. */
export function shown(event: PortalEvent, takenAt: Date): ShownEvent {
  const { sequence, id, type, subject = '', traceparent = '', data } = event;
  return { sequence, id, type, conversationId: subject, takenAt: takenAt.toISOString(), traceparent, data };
}
