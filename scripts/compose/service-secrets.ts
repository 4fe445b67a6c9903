import { hkdfSync } from 'node:crypto';
import { coreServices, mongoPrivileges } from '../../packages/contracts/src/index.ts';
import { connectorKey, innerTokenHash, secretsKey } from '../../packages/runtime/src/index.ts';
import { passwordVariable } from '../infra/settings.ts';

/** Everything secret of an installation follows from one value, so that a service that is added later gets its own as well. */
export interface SecretsPlan {
  /** 32 bytes, made once. Who has it has everything; without it nothing that is stored can be opened. */
  readonly root: Buffer;
  readonly connectors: readonly string[];
}

/** The variables of one service that nobody else may see: its users, its token, its keys. Pure. */
export function serviceSecrets(service: string, plan: SecretsPlan): Record<string, string> {
  const services = [...coreServices, ...plan.connectors];
  const hasData = mongoPrivileges(service, 'trunkline').length > 0;
  const hashes = services.map((name) => `${name}=${innerTokenHash(secretOf(plan, `inner/${name}`))}`);
  return {
    NATS_USER: service,
    NATS_PASSWORD: secretOf(plan, `nats/${service}`),
    ...(hasData ? { MONGO_URL: mongoUrl(service, secretOf(plan, `mongo/${service}`)) } : {}),
    INNER_TOKEN: secretOf(plan, `inner/${service}`),
    INNER_TOKENS: hashes.join(','),
    ...ownKeys(service, plan),
  };
}

/** What infra is given: the administrators, and the passwords that it sets for the services. Pure. */
export function infraSecrets(plan: SecretsPlan): Record<string, string> {
  const passwords = [...coreServices, ...plan.connectors].map((service) => [
    passwordVariable('MONGO', service),
    secretOf(plan, `mongo/${service}`),
  ]);
  return {
    NATS_URL: `nats://infra:${secretOf(plan, 'nats/infra')}@nats:4222`,
    MONGO_ROOT_PASSWORD: secretOf(plan, 'mongo/root'),
    ...Object.fromEntries(passwords),
  };
}

/** The key that makes tenants. Pure. */
export function administratorKey(plan: SecretsPlan): string {
  return `tk_${secretOf(plan, 'administrator')}`;
}

/** Passwords of all users of NATS, by the variable that users.conf names. Pure. */
export function natsPasswords(plan: SecretsPlan): Record<string, string> {
  const users = ['infra', ...coreServices, ...plan.connectors];
  return Object.fromEntries(users.map((user) => [passwordVariable('NATS', user), secretOf(plan, `nats/${user}`)]));
}

/** One secret by its name: 32 bytes, base64url. Pure. */
export function secretOf({ root }: SecretsPlan, name: string): string {
  return Buffer.from(hkdfSync('sha256', root, '', `trunkline/${name}`, 32)).toString('base64url');
}

function ownKeys(service: string, plan: SecretsPlan): Record<string, string> {
  const files = secretOf(plan, 'files');
  const connectors = secretOf(plan, 'connectors');
  const own: Record<string, Record<string, string>> = {
    directory: { CONNECTOR_SECRETS_KEY: connectors },
    normalizer: { PARKING_KEY: secretOf(plan, 'parking'), FILES_KEY: files },
    sealer: { SEALER_KEK: secretOf(plan, 'sealer'), FILES_KEY: files },
    gateway: { ADMINISTRATOR_KEY: administratorKey(plan), FILES_KEY: files },
    audit: { AUDIT_KEY: secretOf(plan, 'audit') },
  };
  if (own[service] || !plan.connectors.includes(service)) return own[service] ?? {};
  const master = secretsKey(connectors);
  if (!master) throw new Error('A derived key is 32 bytes long.');
  return { SECRETS_KEY: connectorKey(master, service).export().toString('base64url'), FILES_KEY: files };
}

function mongoUrl(user: string, password: string): string {
  return `mongodb://${user}:${password}@mongo:27017/?replicaSet=rs0&authSource=admin`;
}
