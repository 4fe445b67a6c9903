import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** When calls of hooks left this process, and when they were answered: by the clock of performance.now(). */
export interface HookTimes extends Disposable {
  /** Forgets what was seen so far. */
  reset(): void;
  /** The first call to this connector's hooks since then; undefined before there is one. */
  firstTo(connector: string): HookTime | undefined;
}

/** One call of a hook. */
export interface HookTime {
  readonly connector: string;
  readonly calledAtMs: number;
  /** Absent while the answer has not come. */
  answeredAtMs?: number;
}

interface Told {
  readonly request: { readonly path: string };
}

/** Listens to what Node's own fetch tells of its requests: the simulators call hooks by it. */
export function watchHookCalls(): HookTimes {
  let seen: HookTime[] = [];
  const open = new WeakMap<object, HookTime>();
  const onSent = (told: unknown) => {
    const { request } = told as Told;
    const connector = /^\/hooks\/([a-z0-9]+)\//.exec(request.path)?.[1];
    if (connector === undefined) return;
    const time: HookTime = { connector, calledAtMs: performance.now() };
    open.set(request, time);
    seen.push(time);
  };
  const onAnswered = (told: unknown) => {
    const time = open.get((told as Told).request);
    if (time !== undefined) time.answeredAtMs = performance.now();
  };
  subscribe('undici:client:sendHeaders', onSent);
  subscribe('undici:request:headers', onAnswered);
  return {
    reset: () => {
      seen = [];
    },
    firstTo: (connector) => seen.find((time) => time.connector === connector),
    [Symbol.dispose]: () => {
      unsubscribe('undici:client:sendHeaders', onSent);
      unsubscribe('undici:request:headers', onAnswered);
    },
  };
}
