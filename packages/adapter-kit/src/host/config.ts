import { listSetting, secretSetting, secretsKeySetting, switchSetting, tenantRateSettings } from '@trunkline/runtime';
import { z } from 'zod';
import { trustedOrigins } from './platform-address.ts';

const seconds = (usual: number) => z.coerce.number().positive().max(3_600).default(usual);
const count = (usual: number) => z.coerce.number().int().min(1).max(1_000).default(usual);

function originsSetting() {
  return listSetting().transform((entries, context) => {
    try {
      return trustedOrigins(entries);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is no list of origins' });
      return z.NEVER;
    }
  });
}

/** Settings of a connector's host. */
export const hostConfig = z.object({
  SECRETS_KEY: secretsKeySetting().describe("Key of this connector's secrets: 32 bytes, base64url."),
  FILES_KEY: secretSetting().optional().describe('Key that signs links to files; without one there are no links.'),
  PUBLIC_URL: z
    .url()
    .default('http://localhost:8080')
    .describe('Public address of the gateway: for links to files, and to know our own pages.'),
  ALLOW_PRIVATE_PLATFORMS: switchSetting(false).describe(
    'What PLATFORM_HOSTS names, and PUBLIC_URL, may be called under private addresses, too: for simulators.',
  ),
  PLATFORM_HOSTS: originsSetting().describe(
    'Origins besides its own where a channel may say that its messenger is, by commas: simulators, a Bot API server of yours (http://10.0.0.5:8081; a host alone is https). Whoever answers there can claim any account.',
  ),
  ALLOW_PRIVATE_PORTALS: listSetting().describe(
    'Tenants whose own files may lie under private addresses, by commas; true: all. Only where you trust who sends.',
  ),
  SEND_TIMEOUT_SECONDS: seconds(150).describe(
    'Longest call that sends to a messenger, with its files. Together with SEND_DOUBT_SECONDS it has to be shorter than ECHO_WAIT_MS of the normalizer.',
  ),
  SEND_DOUBT_SECONDS: seconds(60).describe(
    'How long a send of unknown outcome waits for a proof. Together with SEND_TIMEOUT_SECONDS it has to be shorter than ECHO_WAIT_MS of the normalizer.',
  ),
  SEND_DENIED_SECONDS: seconds(60).describe(
    'How long a message that is refused alone, as if the account were signed out, is tried at least before it fails; those behind it in its conversation fail by their first refusal for an hour.',
  ),
  SEND_SLOTS: count(8).describe('Conversations of a channel that are sent to at once.'),
  PLATFORM_IDS_DAYS: z.coerce
    .number()
    .int()
    .min(45)
    .max(3_650)
    .default(400)
    .describe("How long a messenger's ids of a message are known: for receipts, edits, deletions and quotes, in days."),
  PROBE_SECONDS: seconds(300).describe('How often a channel that is well is asked how it is doing.'),
  FILE_TIMEOUT_SECONDS: seconds(300).describe('Longest copy of a file.'),
  FILE_SLOTS: count(4).describe('Files of a channel that are copied at once.'),
  ...tenantRateSettings,
  FILE_MAX_MEBIBYTES: count(100).describe('Largest file that is copied, from a messenger or for one.'),
});

/** The settings as read. */
export type HostConfig = z.output<typeof hostConfig>;
