import type { ChannelAccess } from './channel.ts';
import { ConnectorError } from './connector-error.ts';
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

/** Address where a person agrees: what every platform is asked (RFC 6749, RFC 7636), and what this one wants besides. Pure. */
export function oauthUrl(
  address: string,
  { redirectUrl, state, codeChallenge }: OAuthAsk,
  more: Readonly<Record<string, string>>,
): string {
  const asked = { redirect_uri: redirectUrl, response_type: 'code', state };
  const proof = { code_challenge: codeChallenge, code_challenge_method: 'S256' };
  const url = new URL(address);
  url.search = new URLSearchParams({ ...more, ...asked, ...proof }).toString();
  return url.href;
}

/** The code that the platform answered with. Throws ConnectorError 'permission', in the platform's words, where it gave none. Pure. */
export function oauthCode({ query }: OAuthAnswer, platform: string): string {
  const { code, error = '', error_description: words = error } = query;
  if (code !== undefined && error === '') return code;
  throw new ConnectorError('permission', `${platform} did not let the app in: ${words}`);
}
