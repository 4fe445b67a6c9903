import type { ChannelAccess } from './channel.ts';
import type { Tools } from './tools.ts';

/**
 * Signing in at the platform: a person agrees there, and chooses here which of their accounts become channels. `app` stands
 * for the platform's application: what the company gave for it, its settings and secrets by the connector's own schema.
 */
export interface OAuth<Settings = unknown> {
  /** Address where the person agrees. Throws ConnectorError when the app's settings or secrets are not enough. Pure. */
  readonly authorizeUrl: (ask: OAuthAsk, app: ChannelAccess<Settings>) => string;
  /**
   * Exchanges what the platform answered for the accounts that it opens. Throws ConnectorError: 'permission' with words for
   * people where a right was refused, 'auth_revoked' for an answer that is not valid.
   */
  readonly accounts: (
    answer: OAuthAnswer,
    app: ChannelAccess<Settings>,
    tools: Tools,
  ) => Promise<readonly OAuthAccount[]>;
}

/** What the person's browser is sent to the platform with. */
export interface OAuthAsk {
  /** Where the platform sends the browser back to. */
  readonly redirectUrl: string;
  /** Comes back with the answer; known to nobody else. */
  readonly state: string;
  /** S256 challenge of PKCE (RFC 7636). */
  readonly codeChallenge: string;
}

/** What the platform answered. */
export interface OAuthAnswer {
  readonly redirectUrl: string;
  /** Proves that whoever exchanges the code is the one who asked (RFC 7636). */
  readonly codeVerifier: string;
  /** What came back with the browser: "code", and what else the platform says. */
  readonly query: Readonly<Record<string, string>>;
}

/** An account that may become a channel. */
export interface OAuthAccount {
  /** The platform's id of the account. */
  readonly accountId: string;
  /** Names the channel. */
  readonly accountName: string;
  /** Laid over the app's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Kept with the app's secrets: the account's own token. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What a person should know before they choose: a right that is missing. */
  readonly warning?: string;
}
