import { JetStreamApiError } from '@nats-io/jetstream';
import { TrunklineError } from '../errors.ts';
import { WrongLastSequence } from './ports.ts';

/** The server's numbers for a failed expectation of the subject's last sequence. */
const wrongLastSequence: ReadonlySet<number> = new Set([10071, 10164]);

/** The server's numbers for a disk that has no room: of a server that was started while its disk was full. */
const outOfRoom: ReadonlySet<number> = new Set([10023, 10047]);

/** What the server's answer says went wrong. */
export interface ApiProblem {
  readonly code: number;
  readonly err_code: number;
  readonly description: string;
}

/**
 * The answer of a refused publish as an error: {@link WrongLastSequence}, else `unavailable` (the stream is full, its
 * leader is away), certain that nothing is stored.
 */
export function refusal(problem: ApiProblem): Error {
  if (wrongLastSequence.has(problem.err_code)) return new WrongLastSequence(problem.description);
  return new TrunklineError('unavailable', `the bus refused: ${problem.description}`, { certain: true });
}

/** True if the server itself has no room: nothing that is written is taken, whichever the stream. Pure. */
export function isOutOfRoom(problem: ApiProblem | undefined): boolean {
  return problem !== undefined && outOfRoom.has(problem.err_code);
}

/** Whatever a request to the server rejected with, as one of the family: `unavailable`, or `permission_denied`. */
export function busError(error: unknown): Error {
  if (error instanceof TrunklineError) return error;
  const description = error instanceof Error ? error.message : String(error);
  const names = error instanceof Error ? `${error.name} ${nameOf(error.cause)}` : '';
  if (names.includes('PermissionViolation'))
    return new TrunklineError('permission_denied', description, { cause: error });
  if (error instanceof JetStreamApiError)
    return new TrunklineError('unavailable', description, { cause: error, certain: true });
  return new TrunklineError('unavailable', `no answer from the bus: ${description}`, { cause: error });
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : '';
}
