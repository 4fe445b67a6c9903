import { type Cursor, createPortal, type Replier, reply } from '@trunkline/portal-sdk';
import { misbehave, type PortalMode } from './portal-mode.ts';
import { openPortalStore, type ShownEvent, shown, shownNotice } from './portal-store.ts';

/** A change of the demo portal, for the page. */
export type PortalChange =
  | { readonly kind: 'taken'; readonly event: ShownEvent }
  | { readonly kind: 'request'; readonly status: number; readonly mode: PortalMode }
  | { readonly kind: 'mode'; readonly mode: PortalMode };

/** A portal such as a partner would write with portal-sdk, with a switch for its moods. */
export interface DemoPortal {
  readonly events: readonly ShownEvent[];
  readonly mode: PortalMode;
  readonly setMode: (mode: PortalMode) => void;
  /** Takes a request of delivery. */
  readonly receive: (request: Received) => Promise<Answered>;
  /** Writes back. */
  readonly send: Replier['send'];
  /** Calls with every change until the returned function is called. */
  readonly onChange: (listener: (change: PortalChange) => void) => () => void;
}

/** A request as it came. */
export interface Received {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly rawBody: Uint8Array;
}

/** What is answered. */
export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What {@link createDemoPortal} wants. */
export interface DemoPortalOptions {
  readonly folder: string;
  readonly licenceKey: string;
  readonly portalId: string;
  readonly gatewayUrl: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Opens the demo portal where it stood. */
export async function createDemoPortal(options: DemoPortalOptions): Promise<DemoPortal> {
  const { folder, licenceKey, portalId, gatewayUrl, now, signal } = options;
  const store = await openPortalStore(folder);
  const listeners = new Set<(change: PortalChange) => void>();
  const tell = (change: PortalChange) => {
    for (const listener of listeners) listener(change);
  };
  let mode: PortalMode = 'on';
  let requests = 0;
  const portal = createPortal({
    licenceKeys: [licenceKey],
    cursor: {
      load: async () => store.cursors,
      save: async (cursor: Cursor) => {
        for (const event of await store.save(cursor)) tell({ kind: 'taken', event });
      },
    },
    onEvent: (event) => store.take(shown(event, new Date(now()))),
    onNotice: (notice) => store.take(shownNotice(notice, new Date(now()))),
    onReplay: async (replayed) => {
      // What was taken before is known.
      if (store.events.some(({ id }) => id === replayed.id)) return;
      const event = { ...shown(replayed, new Date(now())), replay: String(replayed.replay) };
      await store.add(event);
      tell({ kind: 'taken', event });
    },
  });
  return {
    get events() {
      return store.events;
    },
    get mode() {
      return mode;
    },
    setMode: (next) => {
      mode = next;
      tell({ kind: 'mode', mode });
    },
    receive: async (request) => {
      requests += 1;
      const refused = await misbehave(mode, requests, signal);
      const answer = refused ?? (await portal.handle(request));
      tell({ kind: 'request', status: answer.status, mode });
      return answer;
    },
    send: reply({ baseUrl: gatewayUrl, portalId, licenceKey }).send,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
