import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './fetch/problem.mjs';

/**
 * Finds a port of 127.0.0.1 that nobody listens on, and keeps it for this process: no later call gives it again, in whatever process
 * of this machine. It lies below the range that the kernel gives to outgoing connections, so a server that is stopped for a while
 * finds its port free when it comes back.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(15_000, 32_000);
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
  throw new Error('No free port was found between 15000 and 32000');
}

/**
 * A start plans some thirty ports before anything listens on one; two of them would be the same in one start of fifty. The mark
 * is a UDP socket of the same number: it does not hinder the server, and the kernel forgets it with this process.
 */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const mark = createSocket('udp4');
    mark.once('error', () => mark.close(() => resolve(false)));
    mark.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true));
    mark.unref();
  });
}

/** Says whether a port of 127.0.0.1 can be listened on right now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Throws a Problem, one sentence with the remedy, if somebody listens on a port that a server is to have. */
export async function requireFree(port: number, name: string): Promise<void> {
  if (!(await isFree(port))) throw portTaken(port, name);
}

/** The sentence for a port that a server could not have. */
export function portTaken(port: number, name: string): Problem {
  return new Problem(`Port ${port}, wanted for ${name}, is taken: stop what listens there or give another port`);
}

/** Waits until something accepts connections on the port; rejects when the signal aborts. */
export async function untilAnswers(port: number, signal: AbortSignal): Promise<void> {
  while (!(await answers(port))) await delay(15, undefined, { signal });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
