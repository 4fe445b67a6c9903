import { createHash, randomUUID } from 'node:crypto';
import {
  ConnectorServiceDefinition,
  type PlatformTemplate,
  type PortalKey,
  PortalKeyState,
  SealingServiceDefinition,
} from '@trunkline/contracts';
import { type Implementation, type RpcDefinition, TrunklineError } from '@trunkline/runtime';

/** The platform behind the connector: its accounts, and what became of their hooks. */
export interface FakePlatform {
  /** Account by token. */
  readonly accounts: Map<string, string>;
  /** Address that the platform calls, by account. */
  readonly hooks: Map<string, string>;
  /** Tenants that a connector was told of with an account. */
  readonly tenants: Map<string, string>;
  /** Words that the platform asks for while an account is being connected, by account. */
  readonly handshakes: Map<string, string>;
  /** What a code gives: tokens of accounts, for whoever asked by that challenge. */
  readonly grants: Map<string, { readonly codeChallenge: string; readonly tokens: readonly string[] }>;
  /** Its templates; undefined: it does not answer. */
  templates: PlatformTemplate[] | undefined;
  /** How often it was asked for templates. */
  asked: number;
  /** Phone numbers that it knows. */
  readonly numbers: Set<string>;
  /** Thrown by the next such call. */
  readonly failing: Map<'identify' | 'connect' | 'disconnect', Error>;
}

/** The sealer as the directory sees it. */
export interface FakeSealer {
  failure: Error | undefined;
  /** Licence keys by `<portal>/<request>`. */
  readonly made: Map<string, { readonly licenceKey: string; readonly kid: string }>;
  /** Keys by portal, newest first. */
  readonly keys: Map<string, PortalKey[]>;
}

/** Methods that fail when somebody asks. */
export function unasked<Definition extends RpcDefinition>(definition: Definition): Implementation<Definition> {
  const never = async () => {
    throw new Error('nobody asks this here');
  };
  return Object.fromEntries(Object.keys(definition.methods).map((name) => [name, never])) as never;
}

/** A platform without accounts. */
export function fakePlatform(): FakePlatform {
  return {
    ...{ accounts: new Map(), hooks: new Map(), tenants: new Map(), handshakes: new Map(), failing: new Map() },
    ...{ grants: new Map(), templates: [], asked: 0, numbers: new Set() },
  };
}

/** The connector of a platform. */
export function connectorOf(platform: FakePlatform): Implementation<typeof ConnectorServiceDefinition> {
  const { accounts, hooks, tenants, handshakes, failing } = platform;
  const account = (call: 'identify' | 'connect' | 'disconnect', token = '') => {
    const failure = failing.get(call);
    failing.delete(call);
    if (failure) throw failure;
    const accountId = accounts.get(token);
    if (accountId !== undefined) return accountId;
    throw revoked('The token is not valid.');
  };
  return {
    identify: async ({ tenantId, secrets }) => {
      const accountId = account('identify', secrets.token);
      tenants.set(accountId, tenantId);
      const word = handshakes.get(accountId);
      return { accountId, accountName: `@${accountId}`, secrets: word === undefined ? {} : { word } };
    },
    connect: async ({ tenantId, secrets, hookUrl }) => {
      const accountId = account('connect', secrets.token);
      if (tenants.get(accountId) !== tenantId) throw new TrunklineError('internal', 'the tenant changed');
      if (secrets.word !== handshakes.get(accountId)) throw new TrunklineError('transient', 'the handshake failed');
      hooks.set(accountId, hookUrl);
      const made = { hookSecret: secrets.hookSecret ?? randomUUID() };
      return { accountId, accountName: `@${accountId}`, deepLink: `https://t.me/${accountId}`, hookUrl, secrets: made };
    },
    disconnect: async ({ secrets }) => {
      hooks.delete(account('disconnect', secrets.token));
      return {};
    },
    authorizeUrl: async ({ redirectUrl, state, codeChallenge, secrets }) => {
      if (secrets.appSecret === undefined) throw revoked('The secret of the app is missing.');
      const query = new URLSearchParams({ redirect_uri: redirectUrl, state, code_challenge: codeChallenge });
      return { url: `https://platform.example/oauth?${query}` };
    },
    listAccounts: async ({ query, codeVerifier }) => {
      const { code = '' } = query;
      const found = platform.grants.get(code);
      const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
      if (found?.codeChallenge !== codeChallenge) throw revoked('The code is not valid.');
      platform.grants.delete(code);
      const rest = { settingsJson: '{"isPage":true}', warning: '' };
      const pages = found.tokens.map((token) => ({ accountId: accounts.get(token) ?? '', secrets: { token } }));
      return { accounts: pages.map((page) => ({ ...rest, ...page, accountName: `Page ${page.accountId}` })) };
    },
    fetchTemplates: async () => {
      platform.asked += 1;
      if (platform.templates === undefined) throw new TrunklineError('transient', 'the platform does not answer');
      return { templates: platform.templates };
    },
    findNumbers: async ({ phones }) => {
      const known = phones.filter((phone) => platform.numbers.has(phone));
      return { numbers: known.map((phone) => ({ phone, platformId: phone.slice(1) })) };
    },
    ...{ probe: unasked(ConnectorServiceDefinition).probe, parseAgain: unasked(ConnectorServiceDefinition).parseAgain },
  };
}

function revoked(publicMessage: string): TrunklineError {
  return new TrunklineError('auth_revoked', publicMessage, { publicMessage });
}

/** The sealer. */
export function sealerOf(sealer: FakeSealer): Implementation<typeof SealingServiceDefinition> {
  const keysOf = (portalId: string) => sealer.keys.get(portalId) ?? [];
  const change = (portalId: string, kid: string, changes: Partial<PortalKey>) => {
    const changed = keysOf(portalId).map((key) => (key.kid === kid ? { ...key, ...changes } : key));
    sealer.keys.set(portalId, changed);
  };
  return {
    ...unasked(SealingServiceDefinition),
    rotateKey: async ({ portalId, idempotencyKey }) => {
      const { failure } = sealer;
      sealer.failure = undefined;
      if (failure) throw failure;
      const request = `${portalId}/${idempotencyKey}`;
      const known = sealer.made.get(request);
      const { licenceKey, kid } = known ?? { licenceKey: `tlk_${randomUUID()}`, kid: randomUUID() };
      const state = PortalKeyState.PORTAL_KEY_STATE_VALID;
      const times = { createdAt: new Date(), revokedAt: undefined, deletedAt: undefined };
      if (known === undefined) sealer.keys.set(portalId, [{ kid, state, ...times, damage: '' }, ...keysOf(portalId)]);
      sealer.made.set(request, { licenceKey, kid });
      return { licenceKey, kid };
    },
    listKeys: async ({ portalId }) => ({ keys: keysOf(portalId) }),
    revoke: async ({ portalId, kid }) => {
      change(portalId, kid, { state: PortalKeyState.PORTAL_KEY_STATE_REVOKED, revokedAt: new Date() });
      return { kids: [] };
    },
    deleteKey: async ({ portalId, kid }) => {
      change(portalId, kid, { state: PortalKeyState.PORTAL_KEY_STATE_DELETED, deletedAt: new Date() });
      return {};
    },
  };
}
