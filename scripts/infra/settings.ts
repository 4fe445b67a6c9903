import { z } from 'zod';
import { coreServices } from '../../packages/contracts/src/index.ts';

/** What infra is told by the environment. */
export interface InfraSettings {
  /** As a user who may do everything. */
  readonly natsUrl: string;
  readonly mongoUrl: string;
  readonly database: string;
  readonly busBytes?: number;
  readonly replicas?: number;
  /** Passwords of the MongoDB users by service: MONGO_SEALER_PASSWORD. */
  readonly mongoPasswords: ReadonlyMap<string, string>;
}

const schema = z.object({
  NATS_URL: z.string().describe('Address of NATS, with an administrator in it.'),
  MONGO_URL: z.string().describe('Address of MongoDB, with an administrator in it.'),
  MONGO_DATABASE: z.string().default('trunkline').describe('Name of the database.'),
  BUS_BYTES: z.coerce
    .number()
    .int()
    .min(64 * 1024 ** 2)
    .optional()
    .describe('Room for the bus on disk; 4 GiB.'),
  REPLICAS: z.coerce.number().int().min(1).max(5).optional().describe('Copies of each stream: 3 in a cluster; 1.'),
});

/** Reads the settings; throws one text with everything that is wrong. */
export function readSettings(env: NodeJS.ProcessEnv, connectors: readonly string[]): InfraSettings {
  const result = schema.safeParse(env);
  if (!result.success)
    throw new Error(`infra needs its addresses in the environment:\n${z.prettifyError(result.error)}`);
  const { NATS_URL, MONGO_URL, MONGO_DATABASE, BUS_BYTES, REPLICAS } = result.data;
  const given = [...coreServices, ...connectors].flatMap((service) => {
    const password = env[passwordVariable('MONGO', service)];
    return password === undefined || password === '' ? [] : [[service, password] as const];
  });
  return {
    natsUrl: NATS_URL,
    mongoUrl: MONGO_URL,
    database: MONGO_DATABASE,
    mongoPasswords: new Map(given),
    ...(BUS_BYTES === undefined ? {} : { busBytes: BUS_BYTES }),
    ...(REPLICAS === undefined ? {} : { replicas: REPLICAS }),
  };
}

/** Variable that holds a service's password: NATS_SEALER_PASSWORD. Pure. */
export function passwordVariable(server: 'NATS' | 'MONGO', service: string): string {
  return `${server}_${service.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_PASSWORD`;
}
