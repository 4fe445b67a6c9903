import { secretSetting, secretsKeySetting } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of the sealer. */
export const config = z.object({
  SEALER_KEK: secretsKeySetting().describe('Key-encryption key of the licence keys: 32 bytes, base64url.'),
  FILES_KEY: secretSetting().describe('Key that signs links to files; the same for the gateway.'),
  PUBLIC_URL: z.url().default('http://localhost:8080').describe('Public address of the gateway, for links to files.'),
});
