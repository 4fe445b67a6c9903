import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Bot } from './bot.ts';
import { channels, type Fields, limits, ServiceError } from './types.ts';

/** Keys that the service signs its calls with. */
export interface SigningKeys {
  /** GET the keys, as `jwks_uri` gives them. */
  jwks(): Fields;
  /** A token for a call; every part of it can be made wrong. */
  token(claims: Fields, manner?: { readonly isForeignKey?: boolean; readonly kid?: string }): string;
  /** Signs with another key from now on; the old one is no longer given. */
  rotate(): void;
  /** Channels that the key is good for. */
  endorse(names: readonly string[]): void;
}

/** Makes keys; it takes a moment. */
export function createSigningKeys(): SigningKeys {
  const foreign = newKey();
  let current = newKey();
  let endorsements = Object.keys(channels);
  return {
    jwks: () => ({ keys: [{ ...current.jwk, endorsements }] }),
    token: (claims, { isForeignKey = false, kid = current.kid } = {}) => {
      const { pem } = isForeignKey ? foreign : current;
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
      const head = `${encode({ alg: 'RS256', kid, x5t: kid, typ: 'JWT' })}.${encode(claims)}`;
      return `${head}.${sign('sha256', Buffer.from(head), createPrivateKey(pem)).toString('base64url')}`;
    },
    rotate: () => {
      current = newKey();
    },
    endorse: (names) => {
      endorsements = [...names];
    },
  };
}

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const kid = randomBytes(15).toString('base64url');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { kid, pem, jwk: { ...publicKey.export({ format: 'jwk' }), kty: 'RSA', use: 'sig', kid, x5t: kid } };
}

/** What a genuine call's token says. */
export function claimsFor({ appId, now }: Bot, serviceUrl: string): Fields {
  const seconds = Math.floor(now() / 1_000);
  return {
    serviceurl: serviceUrl,
    nbf: seconds - 300,
    exp: seconds + 3_600,
    iss: 'https://api.botframework.com',
    aud: appId,
  };
}

/** POST /<tenant>/oauth2/v2.0/token: the bot's own token. Throws an answer of the sign-in service. */
export function giveToken(bot: Bot, form: Fields): Fields {
  const { grant_type: grant, client_id: id, client_secret: secret, scope } = form;
  if (grant !== 'client_credentials')
    throw new SignInError('unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
  if (scope !== 'https://api.botframework.com/.default')
    throw new SignInError('invalid_scope', 'AADSTS70011: The scope is not valid.');
  const isRefused = bot.isRevoked || bot.troubles.take(['token_refused']) !== undefined;
  if (id !== bot.appId || secret !== bot.secret || isRefused)
    throw new SignInError('invalid_client', 'AADSTS7000215: Invalid client secret provided.', 401);
  const access_token = `simulated.${randomBytes(12).toString('base64url')}`;
  bot.tokens.set(access_token, bot.now() + limits.tokenSeconds * 1_000);
  return { token_type: 'Bearer', expires_in: limits.tokenSeconds, ext_expires_in: limits.tokenSeconds, access_token };
}

/** A refusal of the sign-in service. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly error: string;
  readonly status: number;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}

/** Checks the token of a call. Throws ServiceError 401. */
export function checkToken({ tokens, now, isRevoked }: Bot, authorization = ''): void {
  const until = tokens.get(authorization.replace(/^Bearer /i, ''));
  if (until === undefined || until < now() || isRevoked)
    throw new ServiceError(401, 'Unauthorized', 'Authorization has been denied for this request.');
}
