import type { ConnectorServiceDefinition, SealingServiceDefinition } from '@trunkline/contracts';
import type { Collection, RpcClient, SecretValues } from '@trunkline/runtime';
import type { Making } from './domain/create.ts';
import type {
  ApiKeyDocument,
  ChannelDocument,
  ConnectorDocument,
  LineDocument,
  PortalDocument,
  SignInDocument,
  TemplatesDocument,
  TenantDocument,
} from './store/documents.ts';
import type { Entities } from './store/entities.ts';

/** What the methods need. */
export interface DirectoryContext {
  readonly tenants: Entities<TenantDocument>;
  readonly portals: Entities<PortalDocument>;
  readonly lines: Entities<LineDocument>;
  readonly channels: Entities<ChannelDocument>;
  readonly apiKeys: Entities<ApiKeyDocument>;
  readonly connectors: Collection<ConnectorDocument>;
  readonly templates: Collection<TemplatesDocument>;
  readonly signIns: Collection<SignInDocument>;
  /** The tenant's channel of an account; undefined when there is none. */
  readonly channelOfAccount: (
    connector: string,
    accountId: string,
    tenantId: string,
  ) => Promise<ChannelDocument | undefined>;
  /** True if the channel has conversations. */
  readonly hasConversations: (channelId: string) => Promise<boolean>;
  readonly sealing: RpcClient<typeof SealingServiceDefinition>;
  readonly connector: (name: string) => RpcClient<typeof ConnectorServiceDefinition>;
  /** Seals secrets to a connector. */
  readonly sealSecrets: (connector: string, secrets: SecretValues) => string;
  /** Opens what sealSecrets sealed. */
  readonly openSecrets: (connector: string, sealed: string) => SecretValues;
  /** Public address of a channel's hook; empty where this installation has none and connectors poll. */
  readonly hookUrl: (connector: string, channelId: string) => string;
  /** Where platforms send a browser back to; undefined where this installation has no public address. */
  readonly redirectUrl: string | undefined;
  /** Time, and the hash of create requests. */
  readonly making: Making;
}
