import type { Door, OuterHttp, Runtime } from '@trunkline/runtime';
import type { Connector } from '../connector.ts';
import type { SentMessages } from '../queue/sent-messages.ts';
import type { Channels } from './channels.ts';
import type { HostConfig } from './config.ts';
import type { Drift } from './drift/drift.ts';
import type { HealthTeller } from './health.ts';
import type { Introductions } from './introductions.ts';
import type { LentParts } from './lent-tools.ts';
import type { Results } from './results.ts';

/** What the work of a connector's lanes needs. */
export interface LanesParts {
  readonly runtime: Runtime<HostConfig>;
  readonly connector: Connector;
  readonly channels: Channels;
  readonly door: Pick<Door, 'enter'>;
  readonly sent: SentMessages;
  readonly introductions: Introductions;
  readonly lent: LentParts<unknown>;
  /** HTTP to the addresses that a tenant names for its files. */
  readonly companyHttp: (tenantId: string) => OuterHttp;
  readonly results: Results;
  readonly health: HealthTeller;
  readonly drift: Drift;
}
