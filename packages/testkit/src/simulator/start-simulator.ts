import type { ClientSide } from './client-side.ts';
import { type DoubleRequest, type Reaction, startHttpDouble } from './http-double.ts';
import { serveClients } from './serve-clients.ts';

/** What a simulated platform is given to stand on. */
export interface SimulatorWorld {
  /** Its address, once it listens. */
  readonly url: () => string;
  readonly now: () => number;
  /** Aborts when it is closed. */
  readonly ended: AbortSignal;
  /** Says that somebody did what must not be: closing the simulator throws it. */
  readonly complain: (what: string) => void;
}

/** How a simulator starts; each adds options of its own. */
export interface SimulatorOptions {
  /** 0, the default: any free one. */
  readonly port?: number;
  /** Address to listen on; this machine only by default. */
  readonly host?: string;
  /** Now, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Also told of complaints when they come up. */
  readonly onComplaint?: (what: string) => void;
}

/** What a platform is made of. */
export interface SimulatedPlatform {
  readonly accounts: readonly ClientSide[];
  /** Answers every request that is not for a client's page. */
  readonly answer: (request: DoubleRequest) => Reaction | Promise<Reaction>;
}

/** A running simulator. */
export interface Running extends AsyncDisposable {
  readonly url: string;
  /** What must not be, so far; taken here, it does not fail the close. */
  takeComplaints(): readonly string[];
  /** Ends everything. Throws when there are complaints: an answer that came too late, a forged call that was taken. */
  close(): Promise<void>;
}

const bodyMaxBytes = 250 * 1_024 * 1_024;

/** Starts a platform that keeps everything in memory: its API, and the page to write as a client. */
export async function startSimulator<Platform extends SimulatedPlatform>(
  build: (world: SimulatorWorld) => Platform,
  { port = 0, host = '127.0.0.1', now = Date.now, onComplaint }: SimulatorOptions = {},
): Promise<Platform & Running> {
  const ended = new AbortController();
  let complaints: string[] = [];
  let url = '';
  const complain = (what: string) => {
    complaints.push(what);
    onComplaint?.(what);
  };
  const platform = build({ url: () => url, now, ended: ended.signal, complain });
  const react = async (request: DoubleRequest): Promise<Reaction> => {
    if (request.body.length > bodyMaxBytes) return { status: 413, body: '' };
    try {
      return (await serveClients(platform.accounts, request, ended.signal)) ?? (await platform.answer(request));
    } catch (error) {
      const where = `${request.method} ${request.url.pathname}`;
      complain(`the simulator failed at ${where}: ${error instanceof Error ? error.stack : error}`);
      return { status: 500, body: '' };
    }
  };
  const double = await startHttpDouble(react, { port, host });
  url = double.url.replace('0.0.0.0', '127.0.0.1');

  function takeComplaints(): readonly string[] {
    const taken = complaints;
    complaints = [];
    return taken;
  }

  async function close(): Promise<void> {
    if (ended.signal.aborted) return;
    ended.abort();
    await double[Symbol.asyncDispose]();
    const left = takeComplaints();
    if (left.length > 0) throw new Error(`the platform complains: ${left.join('; ')}`);
  }

  return { ...platform, url, takeComplaints, close, [Symbol.asyncDispose]: close };
}
