import { listSetting } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of the janitor. */
export const config = z.object({
  CONNECTORS: listSetting().describe('Names of the installed connectors: telegram,webchat.'),
  KEEP_HOURS: z.coerce.number().min(1).default(72).describe('Nothing younger is removed from the bus, in hours.'),
});
