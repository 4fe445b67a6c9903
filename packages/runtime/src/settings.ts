import { laneCount, lanes } from '@trunkline/contracts';
import { z } from 'zod';
import { listSetting, secretSetting } from './config.ts';
import { logLevels } from './log.ts';
import type { ServiceUses } from './service.ts';

const port = (usual: number) => z.coerce.number().int().min(0).max(65_535).default(usual);

/** Settings of every service. */
const base = z.object({
  INSTANCE_ID: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .optional()
    .describe('Id of this instance, unique among all; made of host name, process id and chance when absent.'),
  LOG_LEVEL: z.enum(logLevels).default('info').describe('Least level of log lines.'),
  METRICS_PORT: port(9_464).describe('Port of /metrics, /healthz and /readyz; 0: any free one.'),
  BIND_ADDRESS: z.string().default('0.0.0.0').describe('Address that all ports are opened on.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OpenTelemetry collector, http://host:4318; without one traces are not recorded.'),
  TRACE_RATIO: z.coerce.number().min(0).max(1).default(0.01).describe('Part of the messages that are traced, 0 to 1.'),
  LANES: z
    .string()
    .default(`0-${laneCount - 1}`)
    .transform(parseLanes)
    .describe('Lanes that this instance may own: 0-7, or 0,2,5.'),
});

const bus = z.object({
  NATS_URL: z.string().min(1).describe('Address of NATS, nats://host:4222; several separated by commas.'),
  NATS_USER: z.string().optional().describe("The service's own NATS user."),
  NATS_PASSWORD: secretSetting().optional().describe('Its password.'),
});

const store = z.object({
  MONGO_URL: z.string().min(1).describe("Address of MongoDB with the service's own user and password."),
  MONGO_DATABASE: z.string().default('trunkline').describe('Name of the database.'),
});

const rpc = z.object({
  GRPC_PORT: port(50_051).describe('Port of gRPC; 0: any free one.'),
  INNER_TOKENS: z
    .string()
    .default('')
    .transform((text, context) => parsePairs(text, /^[0-9a-f]{64}$/, context))
    .describe('SHA-256 (hex) of the inner token of each service that may call: delivery=<hash>,gateway=<hash>.'),
});

const clients = z.object({
  INNER_TOKEN: secretSetting().optional().describe('Token by which this service proves to others who it is.'),
  PEERS: z
    .string()
    .default('')
    .transform((text, context) => parsePairs(text, /^\S+:\d+$/, context))
    .describe('Addresses of other services: sealer=host:50051,…; without one <service>:50051.'),
});

const proxy = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

const http = z.object({
  HTTP_PORT: port(8_080).describe('Port of HTTP; 0: any free one.'),
  TRUSTED_PROXIES: listSetting()
    .superRefine((addresses, context) => {
      // A range of everybody would let everybody be whom they like.
      for (const each of addresses.filter((one) => one.endsWith('/0') || !proxy.safeParse(one).success))
        context.addIssue({ code: 'custom', message: `${each} is not an address or a range: 10.0.0.5, 10.0.0.0/8` });
    })
    .describe(
      'For the gateway: proxies before it, 10.0.0.5 or 10.0.0.0/8, by commas. Whom X-Forwarded-For of these names is the caller; from anybody else it counts for nothing.',
    ),
});

/** Every setting of the runtime, for documents. */
export const allSettings = z.object({
  ...base.shape,
  ...bus.shape,
  ...store.shape,
  ...rpc.shape,
  ...clients.shape,
  ...http.shape,
});

/** Settings of the runtime as a service reads them; those of parts that it does not use may be absent. */
export type RuntimeSettings = z.output<typeof base> &
  z.output<typeof clients> &
  Partial<z.output<typeof bus> & z.output<typeof store> & z.output<typeof rpc> & z.output<typeof http>>;

/** Schema of the settings of what a service uses. Pure. */
export function settingsFor(uses: ServiceUses): z.ZodObject<z.ZodRawShape, z.core.$strip> & z.ZodType<RuntimeSettings> {
  const usesBus = uses.bus === true || uses.directory === true || uses.files === true;
  const shape = {
    ...base.shape,
    ...clients.shape,
    ...(usesBus ? bus.shape : {}),
    ...(uses.store === true ? store.shape : {}),
    ...(uses.rpc === true ? rpc.shape : {}),
    ...(uses.http === true ? http.shape : {}),
  };
  return z.object(shape) as z.ZodObject<z.ZodRawShape, z.core.$strip> & z.ZodType<RuntimeSettings>;
}

function parseLanes(text: string, context: z.RefinementCtx): number[] {
  const wanted = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last = first] = part.trim().split('-').map(Number);
    const range = lanes.filter((lane) => first !== undefined && last !== undefined && lane >= first && lane <= last);
    if (range.length === 0 || !Number.isInteger(first) || !Number.isInteger(last) || (last ?? 0) >= laneCount) {
      context.addIssue({ code: 'custom', message: `lanes are 0 to ${laneCount - 1}` });
      return [];
    }
    for (const lane of range) wanted.add(lane);
  }
  return [...wanted].sort((a, b) => a - b);
}

function parsePairs(text: string, value: RegExp, context: z.RefinementCtx): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [name = '', given = ''] = part.trim().split(/=(.*)/);
    if (name === '' || !value.test(given)) context.addIssue({ code: 'custom', message: 'not <service>=<value>' });
    else pairs.set(name, given);
  }
  return pairs;
}
