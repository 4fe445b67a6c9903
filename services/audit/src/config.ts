import { listSetting, secretsKeySetting } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of audit. */
export const config = z.object({
  KAFKA_BROKERS: listSetting()
    .refine((brokers) => brokers.length > 0, 'at least one is needed')
    .describe('Brokers of Kafka, host:port by commas.'),
  KAFKA_REPLICAS: z.coerce.number().int().min(1).max(9).default(1).describe('Copies of each topic; 3 in a cluster.'),
  AUDIT_KEY: secretsKeySetting().describe(
    "Master of the tenants' content keys: 32 bytes, base64url. Without it the content of history cannot be opened.",
  ),
  AUDIT_DAYS: z.coerce.number().int().min(1).max(3_650).default(90).describe('History is kept so many days.'),
  CONNECTORS: listSetting().describe('Names of the installed connectors, by commas: whose streams are recorded.'),
});
