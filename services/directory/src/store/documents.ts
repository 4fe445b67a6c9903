import type { Capabilities, PlatformTemplate, PortalKey, PortalSettings, TenantRate } from '@trunkline/contracts';

/** What every document of the directory has. */
export interface Entity {
  readonly _id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly createdAt: Date;
  /** Hash of the create request: the same key with another request is refused. */
  readonly requestHash: string;
}

/** A tenant is its own tenant: _id and tenantId are the same. */
export interface TenantDocument extends Entity {
  /** Absent: as every other tenant's. */
  readonly rate?: TenantRate;
}

/** A portal. */
export interface PortalDocument extends Entity {
  readonly url: string;
  readonly settings: PortalSettings;
  /** Its licence keys, newest first, as the sealer told them last; absent in what an older version made. */
  readonly keys?: readonly PortalKey[];
  /** Grows with each change of the keys. */
  readonly keysRevision?: number;
}

/** A line. */
export interface LineDocument extends Entity {
  readonly portalId: string;
}

/** How a channel is doing. */
export type ChannelStateName = 'connecting' | 'ok' | 'degraded' | 'needs_sign_in' | 'banned' | 'off';

/** A channel. */
export interface ChannelDocument extends Entity {
  readonly connector: string;
  readonly lineId: string;
  readonly settingsJson: string;
  /** JSON object of the secrets, sealed to the connector: compact JWE. */
  readonly sealedSecrets: string;
  readonly secretNames: readonly string[];
  /** Absent until the platform told it. Never changes. Unique with the connector over all tenants. */
  readonly accountId?: string;
  readonly accountName: string;
  readonly deepLink: string;
  readonly hookUrl: string;
  readonly state: ChannelStateName;
  readonly stateReason: string;
  /** Since when it is in this state; absent in what an older version made. */
  readonly stateAt?: Date;
  /** The state that its portal was told last, and how often it was told; absent: never, it was always well. */
  readonly toldState?: ChannelStateName;
  readonly stateNumber?: number;
  /** Null: not by itself. */
  readonly tokenEndsAt?: Date | null;
  readonly warnings: readonly string[];
  readonly revision: number;
}

/** An API key: only its hash is kept. */
export interface ApiKeyDocument extends Entity {
  /** SHA-256 of the key, hex. Unique. */
  readonly hash: string;
  readonly prefix: string;
}

/** A connector that told about itself. */
export interface ConnectorDocument {
  readonly _id: string;
  readonly title: string;
  readonly capabilities: Capabilities;
  /** By the number of the kind of conversation; absent in what an older version made. */
  readonly capabilitiesByKind?: Readonly<Record<number, Capabilities>>;
  /** By the name of the subchannel; absent in what an older version made. */
  readonly capabilitiesBySubchannel?: Readonly<Record<string, Capabilities>>;
  readonly settingsSchema: string;
  readonly secretNames: readonly string[];
}

/** The templates of a channel, as the platform had them. Its id is the channel's. */
export interface TemplatesDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly templates: PlatformTemplate[];
  readonly syncedAt: Date;
}

/** A signing in at a platform; it is forgotten when it is over. */
export interface SignInDocument {
  readonly _id: string;
  readonly tenantId: string;
  readonly connector: string;
  readonly lineId: string;
  readonly settingsJson: string;
  /** Of the platform's app, sealed to the connector. */
  readonly sealedSecrets: string;
  /** SHA-256 of the word that the browser brings back. Unique. */
  readonly stateHash: string;
  readonly authorizeUrl: string;
  readonly state: 'waiting' | 'exchanging' | 'choosing' | 'refused';
  readonly reason: string;
  readonly accounts: readonly SignInAccountDocument[];
  /** Secrets of the accounts by their ids, each as JSON; sealed to the connector. */
  readonly sealedAccounts: string;
  readonly expiresAt: Date;
  readonly requestHash: string;
}

/** An account to choose. */
export interface SignInAccountDocument {
  readonly accountId: string;
  readonly name: string;
  readonly warning: string;
  readonly settingsJson: string;
}
