import { listSetting } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of delivery. */
export const config = z.object({
  ALLOW_PRIVATE_PORTALS: listSetting().describe(
    'Tenants whose portals may have private addresses, by commas; true: all. Only where you trust who sets them.',
  ),
  UNDELIVERED_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('How long events that expired or were refused are kept, in days.'),
  PORTAL_REQUESTS: z.coerce
    .number()
    .int()
    .min(16)
    .max(4_096)
    .default(256)
    .describe('Most requests to portals that are open at once.'),
  TENANT_OVERFLOW_MIB: z.coerce
    .number()
    .positive()
    .default(128)
    .describe('What the portals of one tenant may hold in the object store, in MiB: at it that tenant hears 503.'),
});

/** The settings as they were read. */
export type DeliverySettings = z.output<typeof config>;
