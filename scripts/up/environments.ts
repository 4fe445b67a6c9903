import { randomBytes } from 'node:crypto';
import { coreServices } from '../../packages/contracts/src/index.ts';
import { connectorKey, innerTokenHash, secretsKey } from '../../packages/runtime/src/index.ts';
import type { Access } from '../start/users.ts';
import { memoryEnvironment } from './memory.ts';
import type { Secrets } from './secrets.ts';

/** Where one instance of a service listens. */
export interface Ports {
  readonly http: number;
  readonly grpc: number;
  readonly metrics: number;
}

/** One instance of a service to start. */
export interface Instance {
  readonly service: string;
  /** 1 for the first. */
  readonly number: number;
  readonly ports: Ports;
}

/** What all environments are made of. */
export interface Installation {
  readonly instances: readonly Instance[];
  readonly connectors: readonly string[];
  /** What each service is given to reach the servers. */
  readonly access: Readonly<Record<string, Access>>;
  readonly database: string;
  readonly kafkaBrokers: string;
  readonly secrets: Secrets;
  readonly publicUrl: string;
  /** Where messengers call; empty: they cannot, and connectors fetch updates themselves. */
  readonly hookUrl: string;
  /** Origins where simulated messengers answer: they alone are trusted besides the real ones, and called on this machine. */
  readonly platforms: readonly string[];
  /** Tenants whose portals and files may lie on this machine, as ALLOW_PRIVATE_PORTALS names them. */
  readonly privateTenants: string;
  /** Passed on to every service: log level, traces. */
  readonly common: Readonly<Record<string, string>>;
}

/** The environment of every instance: its own users, its own token, the hashes of those who may call it, and no more. */
export function environmentsOf(installation: Installation): Map<Instance, Record<string, string>> {
  const { instances, connectors, access, database, common } = installation;
  const tokens = new Map([...coreServices, ...connectors].map((name) => [name, randomBytes(24).toString('base64url')]));
  const hashes = [...tokens].map(([name, token]) => `${name}=${innerTokenHash(token)}`).join(',');
  // The first instance of each is asked; behind a real name there would be all of them.
  const first = instances.filter(({ number }) => number === 1);
  const peers = first.map(({ service, ports }) => `${service}=127.0.0.1:${ports.grpc}`).join(',');
  return new Map(
    instances.map((instance) => {
      const { service, number, ports } = instance;
      const environment = {
        ...memoryEnvironment,
        ...common,
        ...access[service],
        MONGO_DATABASE: database,
        INSTANCE_ID: `${service}-${number}`,
        BIND_ADDRESS: '127.0.0.1',
        HTTP_PORT: String(ports.http),
        GRPC_PORT: String(ports.grpc),
        METRICS_PORT: String(ports.metrics),
        INNER_TOKEN: tokens.get(service) ?? '',
        INNER_TOKENS: hashes,
        PEERS: peers,
        ...ownSettings(service, installation),
      };
      return [instance, environment];
    }),
  );
}

function ownSettings(service: string, installation: Installation): Record<string, string> {
  const { secrets, publicUrl, hookUrl, kafkaBrokers, connectors, instances, privateTenants } = installation;
  const addresses = (name: string) =>
    instances.filter((instance) => instance.service === name).map(({ ports }) => `http://127.0.0.1:${ports.http}`);
  const own: Record<string, Record<string, string>> = {
    directory: { PUBLIC_URL: hookUrl, CONNECTOR_SECRETS_KEY: secrets.connectorSecretsKey },
    normalizer: { PARKING_KEY: secrets.parkingKey, FILES_KEY: secrets.filesKey, PUBLIC_URL: publicUrl },
    sealer: { SEALER_KEK: secrets.sealerKek, FILES_KEY: secrets.filesKey, PUBLIC_URL: publicUrl },
    delivery: { ALLOW_PRIVATE_PORTALS: privateTenants },
    gateway: {
      ADMINISTRATOR_KEY: secrets.administratorKey,
      FILES_KEY: secrets.filesKey,
      PUBLIC_URL: publicUrl,
      CONNECTORS: connectors.map((name) => `${name}=${addresses(name).join('|')}`).join(','),
    },
    janitor: { CONNECTORS: connectors.join(',') },
    audit: { KAFKA_BROKERS: kafkaBrokers, AUDIT_KEY: secrets.auditKey, CONNECTORS: connectors.join(',') },
  };
  return own[service] ?? connectorSettings(service, installation);
}

function connectorSettings(connector: string, installation: Installation): Record<string, string> {
  const { secrets, publicUrl, platforms, privateTenants } = installation;
  const master = secretsKey(secrets.connectorSecretsKey);
  if (!master) throw new Error('The secrets of this folder are damaged: start with --reset.');
  const key = connectorKey(master, connector).export().toString('base64url');
  return {
    SECRETS_KEY: key,
    FILES_KEY: secrets.filesKey,
    PUBLIC_URL: publicUrl,
    ALLOW_PRIVATE_PLATFORMS: 'true',
    PLATFORM_HOSTS: platforms.join(','),
    ALLOW_PRIVATE_PORTALS: privateTenants,
  };
}
