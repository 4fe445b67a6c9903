import { coreServices } from '../../packages/contracts/src/index.ts';
import type { ProvisionOptions } from '../../packages/runtime/src/index.ts';

/** What infra is told by the environment. */
export type InfraSettings = Omit<ProvisionOptions, 'connectors' | 'signal'>;

/**
 * Reads the settings: NATS_URL and MONGO_URL with an administrator in them, MONGO_DATABASE (trunkline), BUS_BYTES (4 GiB),
 * REPLICAS (1; 3 in a cluster), and for each MongoDB user to provide MONGO_<SERVICE>_PASSWORD. Throws one text with
 * everything that is wrong.
 */
export function readSettings(env: NodeJS.ProcessEnv, connectors: readonly string[]): InfraSettings {
  const problems: string[] = [];
  const required = (name: string) => {
    if (!env[name]) problems.push(`${name} is required: an address with an administrator in it`);
    return env[name] ?? '';
  };
  const whole = (name: string, key: 'busBytes' | 'replicas', least: number) => {
    const value = Number(env[name] || Number.NaN);
    if (env[name] && !(Number.isInteger(value) && value >= least))
      problems.push(`${name} is a whole number from ${least} on`);
    return env[name] ? { [key]: value } : {};
  };
  const settings: InfraSettings = {
    natsUrl: required('NATS_URL'),
    mongoUrl: required('MONGO_URL'),
    database: env.MONGO_DATABASE || 'trunkline',
    ...whole('BUS_BYTES', 'busBytes', 64 * 1024 ** 2),
    ...whole('REPLICAS', 'replicas', 1),
    mongoPasswords: new Map(
      [...coreServices, ...connectors].flatMap((service) => {
        const password = env[passwordVariable('MONGO', service)];
        return password ? [[service, password] as const] : [];
      }),
    ),
  };
  if (problems.length > 0) throw new Error(`infra cannot begin:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  return settings;
}

/** Variable that holds a service's password: NATS_SEALER_PASSWORD. Pure. */
export function passwordVariable(server: 'NATS' | 'MONGO', service: string): string {
  return `${server}_${service.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_PASSWORD`;
}
