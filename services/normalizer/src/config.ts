import { secretSetting, secretsKeySetting, tenantRateSettings } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of the normalizer. */
export const config = z.object({
  PARKING_KEY: secretsKeySetting().describe('Key that encrypts parked hook calls: 32 bytes, base64url.'),
  FILES_KEY: secretSetting().describe('Key that signs links to files; the same for the gateway and the sealer.'),
  PUBLIC_URL: z.url().default('http://localhost:8080').describe('Public address of the gateway, for links to files.'),
  HOLD_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_000)
    .default(300)
    .describe('How long events of platforms that order by time alone wait for earlier ones, in milliseconds.'),
  ALBUM_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(1_200)
    .describe('How long the parts of an album are gathered, in milliseconds.'),
  ECHO_WAIT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(220_000)
    .describe(
      'How long a message that another app sent for the company waits for results of our own sends, in milliseconds: longer than SEND_TIMEOUT_SECONDS and SEND_DOUBT_SECONDS of the connectors together, for so long a result may take.',
    ),
  RECEIPT_WAIT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(600_000)
    .describe('How long a receipt waits for the result of its send, in milliseconds.'),
  ...tenantRateSettings,
  PARKED_DAYS: z.coerce.number().int().min(1).default(30).describe('How long parked hook calls are kept, in days.'),
});
