import type { DestinationStream } from 'pino';

/** Where a service that is hosted with others, or in a test, differs from one that runs alone. */
export interface HostOverrides {
  /** Now, in milliseconds since 1970. */
  readonly now?: () => number;
  /** Where log lines go; standard output by default. */
  readonly logDestination?: DestinationStream;
  /** False for all but one of the services of a process. */
  readonly measuresProcess?: boolean;
  /** Address of a peer, `host:port`, asked at its first use; instead of PEERS. */
  readonly addressOf?: (peer: string) => string;
}
