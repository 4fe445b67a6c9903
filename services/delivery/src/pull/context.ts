import type { PortalEntry } from '@trunkline/contracts';
import type { LogPort, PortalPorts } from '@trunkline/runtime';
import type { ExpiryClock } from '../clock.ts';
import type { Consumers } from '../consumers.ts';
import type { DeliveryContext } from '../rpc/context.ts';
import type { SigningKeys } from '../signing-keys.ts';
import type { OpenStreams } from './open-streams.ts';
import type { Tails } from './tails.ts';

/** What the methods of PortalService need. */
export interface PullContext extends DeliveryContext {
  /** The bus, with every message of a portal whole. */
  readonly whole: LogPort;
  readonly consumers: Consumers;
  readonly streams: OpenStreams;
  readonly tails: Tails;
  readonly keys: Pick<SigningKeys, 'of'>;
  readonly reseal: PortalPorts['reseal'];
  /** What somebody asked to have sent again. */
  readonly replayPort: PortalPorts['replays'];
  readonly clock: ExpiryClock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** True if a consumer is to be the portal's primary one, as its settings say now. Pure. */
export function isNamedPrimary({ settings }: PortalEntry, name: string): boolean {
  return settings?.primaryConsumer === name;
}

/** Keys that a consumer said it has not, as known now. Pure but for the clock. */
export function unknownKidsOf(
  { consumers, now }: Pick<PullContext, 'consumers' | 'now'>,
  id: string,
): ReadonlySet<string> {
  const { unknownKids = [] } = consumers.known(id) ?? {};
  return new Set(unknownKids.filter(({ until }) => until.getTime() > now()).map(({ kid }) => kid));
}
