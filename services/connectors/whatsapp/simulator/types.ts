import { batchTroubles, callTroubles, fileTroubles, hookTroubles, proofTroubles } from '@trunkline/testkit/simulator';

/** Fields of the platform, as far as the simulator does not look into them. */
export type Fields = Readonly<Record<string, unknown>>;

/** What can go wrong. */
export const whatsAppTroubles = {
  ...callTroubles,
  ...fileTroubles,
  ...hookTroubles,
  ...batchTroubles,
  ...proofTroubles,
  failed_later: 'Takes the message, then tells that it failed (code)',
  foreign: 'Hook: events of other numbers and accounts in the same call',
} as const;

/** One change of a hook call: which field, and what stands in it. */
export interface Change {
  readonly field: string;
  readonly value: Fields;
}

/** Fields that an app may subscribe to: nobody is told of others. */
export const subscribable: readonly string[] = [
  ...['messages', 'message_template_status_update', 'message_template_quality_update', 'template_category_update'],
  ...['phone_number_quality_update', 'phone_number_name_update', 'account_update', 'account_alerts'],
  ...['account_review_update', 'business_capability_update', 'user_preferences', 'flows', 'security', 'history'],
  ...['group_lifecycle_update', 'group_participants_update', 'group_settings_update', 'group_status_update'],
  ...['smb_message_echoes', 'smb_app_state_sync'],
];

/** Sizes and types of media by kind: the type decides the kind when a file is uploaded. */
export const mediaLimits: Readonly<Record<string, { readonly types: readonly string[]; readonly maxBytes: number }>> = {
  image: { types: ['image/jpeg', 'image/png'], maxBytes: 5 * 1_024 * 1_024 },
  video: { types: ['video/mp4', 'video/3gp', 'video/3gpp'], maxBytes: 16 * 1_024 * 1_024 },
  audio: { types: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], maxBytes: 16 * 1_024 * 1_024 },
  sticker: { types: ['image/webp'], maxBytes: 500 * 1_024 },
  document: {
    types: [
      ...['text/plain', 'application/pdf', 'application/msword', 'application/vnd.ms-excel'],
      ...['application/vnd.ms-powerpoint', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    ],
    maxBytes: 100 * 1_024 * 1_024,
  },
};

/** Days that media are kept: what came from people, what was uploaded. */
export const keptDays = { received: 7, uploaded: 30 };
/** A link to media lives for so long. */
export const linkLivesMs = 5 * 60_000;

/** Messages a second, in and out together, of one number; and of one that is also in a telephone. */
export const throughput = { usual: 80, coexistence: 20 };
/** To one person: so many at once, then one in so many milliseconds. */
export const pairLimit = { burst: 45, everyMs: 6_000 };

export const groupMax = { members: 8, subject: 128, description: 2_048 };
