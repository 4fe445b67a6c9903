import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const secretsSchema = z.object({ demoApiKey: z.string().optional(), administratorKey: z.string().optional() });

const statusSchema = z.object({
  gatewayUrl: z.string().optional(),
  instances: z.array(
    z.object({
      service: z.string(),
      number: z.number(),
      host: z.string().default('127.0.0.1'),
      metricsPort: z.number(),
    }),
  ),
});

/** Where an installation's public API is, and the key for it. */
export interface PublicApi {
  readonly url: string;
  readonly apiKey: string;
}

/** What `npm start` says of itself: which instances run, and where their metrics are. */
export type LocalStatus = z.output<typeof statusSchema>;

/** Something that a person can put right, in one sentence. */
export class Sentence extends Error {
  override readonly name = 'Sentence';
}

/**
 * The API that TRUNKLINE_URL and TRUNKLINE_API_KEY name, else that of `npm start` in this folder with the demo's key, or with its
 * administrator's for what is not the demo's. Throws a {@link Sentence} when there is none.
 */
export function publicApi(env: NodeJS.ProcessEnv, who: 'demo' | 'administrator' = 'demo'): PublicApi {
  const url = env.TRUNKLINE_URL || localStatus()?.gatewayUrl || 'http://localhost:8080';
  const kept = secretsSchema.safeParse(json('.trunkline/data/secrets.json')).data;
  const apiKey = env.TRUNKLINE_API_KEY || (who === 'demo' ? kept?.demoApiKey : kept?.administratorKey);
  if (apiKey) return { url, apiKey };
  throw new Sentence('There is no API key: run npm start here first, or set TRUNKLINE_URL and TRUNKLINE_API_KEY.');
}

/** What `npm start` wrote when it was ready; undefined when it never was. */
export function localStatus(): LocalStatus | undefined {
  return statusSchema.safeParse(json('.trunkline/data/status.json')).data;
}

const natsSchema = z.object({
  port: z.number(),
  authorization: z.object({ users: z.array(z.object({ user: z.string(), password: z.string() })) }).optional(),
});

/** Address of NATS with all rights: NATS_URL, else the server of `npm start` in this folder. */
export function natsAddress(env: NodeJS.ProcessEnv): string {
  if (env.NATS_URL) return env.NATS_URL;
  const config = natsSchema.safeParse(json('.trunkline/data/nats/nats.json')).data;
  if (config === undefined) throw new Sentence('There is no bus: run npm start here first, or set NATS_URL.');
  const root = config.authorization?.users.find(({ user }) => user === 'root');
  const who = root === undefined ? '' : `${root.user}:${encodeURIComponent(root.password)}@`;
  return `nats://${who}127.0.0.1:${config.port}`;
}

function json(path: string): unknown {
  try {
    return JSON.parse(readFileSync(resolve(path), 'utf8'));
  } catch {
    return undefined;
  }
}
