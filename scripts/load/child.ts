import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a program of its own can be asked, by name: each takes one value and gives one, both as JSON. */
export type Orders = Readonly<Record<string, (value: never) => unknown>>;

/** A program in a process of its own. Leaving the block ends it. */
export interface Child<Own extends Orders> extends AsyncDisposable {
  readonly pid: number;
  /** Asks it to do one of its orders, and waits for what it gives. Rejects with what it threw, or when it has ended. */
  ask<Name extends keyof Own & string>(
    name: Name,
    value: Parameters<Own[Name]>[0],
  ): Promise<Awaited<ReturnType<Own[Name]>>>;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly value: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Starts a program of this folder; it ends with this process at the latest. */
export function startChild<Own extends Orders>(script: URL): Child<Own> {
  const process_ = fork(fileURLToPath(script), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  process_.on('message', ({ id, value, error }: Answer) => {
    const asked = open.get(id);
    open.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  process_.once('exit', () => {
    for (const asked of open.values()) asked.reject(new Error(`${script.pathname} has ended`));
  });
  return {
    pid: process_.pid ?? 0,
    ask: async (name, value) => {
      count += 1;
      const asked = Promise.withResolvers<unknown>();
      open.set(count, asked);
      process_.send({ id: count, name, value } satisfies Question);
      return (await asked.promise) as never;
    },
    [Symbol.asyncDispose]: () => ended(process_),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((done) => {
    child.once('exit', () => done());
    child.disconnect();
    setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
  });
}

/** The other side: answers what the parent asks, one after another or side by side, and ends with it. */
export function answerParent(orders: Orders): void {
  process.on('message', ({ id, name, value }: Question) => {
    void answer(id, async () => await orders[name]?.(value as never));
  });
  process.once('disconnect', () => process.exit());
}

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    process.send?.({ id, value: await work() } satisfies Answer);
  } catch (error) {
    process.send?.({
      id,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    } satisfies Answer);
  }
}
