import { secretsKeySetting } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of the directory. */
export const config = z.object({
  PUBLIC_URL: z
    .url()
    .optional()
    .describe('Public address of the gateway, for hooks; without one, connectors fetch updates themselves.'),
  CONNECTOR_SECRETS_KEY: secretsKeySetting().describe(
    'Master key of the connectors, 32 bytes, base64url. Each connector has the key derived from it as SECRETS_KEY.',
  ),
});
