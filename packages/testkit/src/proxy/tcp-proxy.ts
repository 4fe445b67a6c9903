import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** A wire between two parts that can be made bad. Leaving the block cuts it for good. */
export interface TcpProxy extends AsyncDisposable {
  /** Where to connect instead of to the other side. */
  readonly port: number;
  /** Breaks every connection now; new ones are let through. */
  cut(): void;
  /** Until {@link TcpProxy.mend}: breaks every connection and refuses new ones. */
  refuse(): void;
  /** Until {@link TcpProxy.mend}: connections stay open and are taken, but no byte passes. */
  silence(): void;
  /** Until {@link TcpProxy.mend}: each piece of bytes arrives so much later, in both directions. */
  slow(delayMs: number): void;
  /** As it was: whatever was held back arrives, in order. */
  mend(): void;
}

type Mood = { readonly kind: 'well' | 'refusing' | 'silent' } | { readonly kind: 'slow'; readonly delayMs: number };

/** Starts a proxy on a free port of this machine before `target`, a port of this machine. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let mood: Mood = { kind: 'well' };
  const pairs = new Set<Pair>();
  const cut = () => {
    for (const pair of [...pairs]) pair.end();
  };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    if (mood.kind === 'refusing') {
      near.resetAndDestroy();
      return;
    }
    const pair = joinPair(near, target, () => mood);
    pairs.add(pair);
    pair.onEnd(() => pairs.delete(pair));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: portOf(server),
    cut,
    refuse: () => {
      mood = { kind: 'refusing' };
      cut();
    },
    silence: () => {
      mood = { kind: 'silent' };
    },
    slow: (delayMs) => {
      mood = { kind: 'slow', delayMs };
    },
    mend: () => {
      mood = { kind: 'well' };
      for (const pair of pairs) pair.wake();
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  return address.port;
}

interface Pair {
  end(): void;
  /** The wire is well again: what is held passes. */
  wake(): void;
  onEnd(call: () => void): void;
}

function joinPair(near: Socket, target: number, mood: () => Mood): Pair {
  const far = dial(target, '127.0.0.1');
  let ended = () => {};
  const end = () => {
    near.destroy();
    far.destroy();
    ended();
  };
  const ways = [pass(near, far, mood), pass(far, near, mood)];
  for (const socket of [near, far]) {
    socket.setNoDelay(true);
    socket.on('error', end);
    socket.on('close', end);
  }
  near.resume();
  return {
    end,
    wake: () => {
      for (const way of ways) way();
    },
    onEnd: (call) => {
      ended = call;
    },
  };
}

/** Passes bytes on in their order; while it may not, the sender is made to wait. Gives what makes it look again. */
function pass(from: Socket, to: Socket, mood: () => Mood): () => void {
  const held: (Uint8Array | 'end')[] = [];
  let isWaiting = false;
  const flush = () => {
    const { kind } = mood();
    if (kind === 'silent' || isWaiting) return;
    for (let next = held.shift(); next !== undefined; next = held.shift()) {
      if (next === 'end') to.end();
      else if (!to.write(next)) {
        isWaiting = true;
        to.once('drain', () => {
          isWaiting = false;
          flush();
        });
        return;
      }
    }
    from.resume();
  };
  const take = (piece: Uint8Array | 'end') => {
    held.push(piece);
    const now = mood();
    if (now.kind !== 'well') from.pause();
    if (now.kind === 'slow') setTimeout(flush, now.delayMs);
    else flush();
  };
  from.on('data', (bytes) => take(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
  from.on('end', () => take('end'));
  return flush;
}
