/** A channel as pure code sees it. */
export interface ChannelRef {
  readonly id: string;
  readonly tenantId: string;
  /** Folder name of the connector. */
  readonly connector: string;
  /** The platform's id of the account; empty until it is connected. */
  readonly accountId: string;
  /** The account's name on the platform, as it was when it was connected; absent until then. */
  readonly accountName?: string;
}

/** A channel as the parsing of calls sees it. */
export interface ParsedChannel<Settings = unknown> extends ChannelRef {
  readonly settings: Settings;
}

/** A channel with its settings and secrets in clear. Never logged: printing it shows no secret. */
export interface ChannelAccess<Settings = unknown> extends ParsedChannel<Settings> {
  /** Name given by the company. */
  readonly name: string;
  /** A secret by name, given by a person or made by `connect`; throws ConnectorError 'auth_revoked' when it is absent. */
  secret(name: string): string;
  /** The same; undefined when it is absent. */
  optionalSecret(name: string): string | undefined;
  /** A text with "***" wherever a secret of the channel stands; the host's, who may have to show it. Absent in tests. */
  readonly withoutSecrets?: (text: string) => string;
}
