import type { ChannelEvent } from '@trunkline/contracts';
import { ConnectorError } from './connector-error.ts';

/** Reasons that are told of one call; one call may hold a thousand strange things. */
const mostReasons = 5;

/**
 * Reads the things that a platform put into one call, each by itself, so that a strange one takes none of the others along. Throws
 * ConnectorError with the reasons, each once, and with all that was understood. Pure.
 */
export function readEach<Thing>(
  things: Iterable<Thing>,
  read: (thing: Thing) => readonly ChannelEvent[],
): ChannelEvent[] {
  const understood: ChannelEvent[] = [];
  const failures: ConnectorError[] = [];
  for (const thing of things) {
    try {
      understood.push(...read(thing));
    } catch (error) {
      const failure = asParseFailure(error);
      understood.push(...failure.understood);
      failures.push(failure);
    }
  }
  const [first] = failures;
  if (first === undefined) return understood;
  const reasons = [...new Set(failures.map(({ message }) => message))];
  const words = reasons.slice(0, mostReasons).join('; ');
  throw new ConnectorError(first.code, words, { cause: first, understood });
}

/** What a parser threw. Words of the engine and of schemas may quote the body, so only a connector's own are told. Pure. */
export function asParseFailure(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (error instanceof SyntaxError) return new ConnectorError('malformed', 'the body is not valid JSON');
  const name = error instanceof Error ? error.name : 'something else';
  return new ConnectorError('malformed', `the parser failed with ${name}`);
}
