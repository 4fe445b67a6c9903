import { secretSetting, secretsKeySetting, switchSetting } from '@trunkline/runtime';
import { z } from 'zod';

/** Settings of the sealer. */
export const config = z
  .object({
    SEALER_KEK: secretsKeySetting()
      .optional()
      .describe(
        'Key-encryption key of the licence keys: 32 bytes, base64url. Or SEALER_KEK_FILE, or SEALER_KEK_WRAPPED.',
      ),
    SEALER_KEK_FILE: z.string().optional().describe('File that holds the same, instead of SEALER_KEK.'),
    SEALER_KEK_WRAPPED: z
      .string()
      .optional()
      .describe('The same key as the KMS has wrapped it (vault:v1:…), instead of SEALER_KEK; opened once, at start.'),
    SEALER_KMS_URL: z
      .url()
      .optional()
      .describe('Address of HashiCorp Vault, whose Transit engine opens SEALER_KEK_WRAPPED.'),
    SEALER_KMS_KEY: z
      .string()
      .regex(/^[\w-]+$/)
      .default('trunkline')
      .describe('Name of the key in Transit.'),
    SEALER_KMS_TOKEN: secretSetting().optional().describe('Token for the KMS. Or SEALER_KMS_TOKEN_FILE.'),
    SEALER_KMS_TOKEN_FILE: z.string().optional().describe('File that holds the token, read at each try.'),
    SEALER_KEK_LOST: switchSetting(false).describe(
      'The former key-encryption key is lost for good: new licence keys are made although the stored ones cannot be opened.',
    ),
    FILES_KEY: secretSetting().describe('Key that signs links to files; the same for the gateway.'),
    PORTAL_OUTBOX_PERCENT: z.coerce
      .number()
      .positive()
      .max(100)
      .default(5)
      .describe(
        'Part of OUTBOX that what waits for one portal may take: what comes above it goes to the object store.',
      ),
    PUBLIC_URL: z.url().default('http://localhost:8080').describe('Public address of the gateway, for links to files.'),
  })
  .superRefine((given, context) => {
    type Name = keyof typeof given & string;
    const problem = (name: Name, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    /** Says what is wrong unless one of them is given, and only one. */
    const requireOne = (...names: readonly [Name, ...Name[]]) => {
      const present = names.filter((name) => given[name] !== undefined);
      for (const name of present.slice(1)) problem(name, `${present[0]} is given too, and only one may be`);
      if (present.length === 0) problem(names[0], 'is required');
    };
    requireOne('SEALER_KEK', 'SEALER_KEK_FILE', 'SEALER_KEK_WRAPPED');
    if (given.SEALER_KEK_WRAPPED === undefined) return;
    requireOne('SEALER_KMS_URL');
    requireOne('SEALER_KMS_TOKEN', 'SEALER_KMS_TOKEN_FILE');
  });

/** The settings as they were read. */
export type SealerSettings = z.output<typeof config>;
