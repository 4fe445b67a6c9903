import type { ErrorCode } from '@trunkline/contracts';

/**
 * What people read of each code when nobody said it better: a sentence (no ids, no stacks), and what the reader can do
 * about it.
 */
export const errorWords: Readonly<Record<ErrorCode, readonly [sentence: string, remedy: string]>> = {
  invalid_argument: ['The request is not valid.', 'Correct the fields that are named and send it again.'],
  unauthenticated: ['The caller is not known.', 'Send a valid API key as "authorization: Bearer <key>".'],
  permission_denied: ['The caller may not do this.', 'Use a key that has the right, or ask an administrator.'],
  not_found: ['There is no such thing.', 'Check the id and the tenant of the key.'],
  already_exists: ['It exists already.', 'Use what exists, or another idempotency key for another request.'],
  failed_precondition: [
    'This is not possible in the present state.',
    'Read the present state, change it, and try again.',
  ],
  too_large: ['The request is too large.', 'Send less at once.'],
  rate_limited: ['There are too many requests.', 'Wait as long as the answer says and send more slowly.'],
  unavailable: ['The service cannot answer now.', 'Try again in some seconds with the same idempotency key.'],
  deadline_exceeded: ['The answer did not come in time.', 'Try again with the same idempotency key.'],
  aborted: ['Somebody else changed it at the same time.', 'Read it again and repeat the change.'],
  internal: [
    'Something went wrong inside.',
    'Try again with the same idempotency key; if it stays, tell the operator of the platform when it happened.',
  ],

  bad_signature: ['The signature is not right.', 'Check the secret and the clock of the sender.'],
  malformed: ['The content cannot be read.', 'Send it in the documented format.'],
  unknown_kind: ['This kind is not known here.', 'Update the platform, or leave it out.'],
  poison: [
    'The item cannot be worked on.',
    'It was put aside: an operator of the platform can look at it and replay it.',
  ],

  retry_after: ['The messenger asks to send more slowly.', 'Nothing: it is sent as soon as the messenger allows.'],
  transient: ['The messenger cannot be reached now.', 'Nothing: it is tried again.'],
  window_closed: [
    'The messenger no longer allows free messages to this person.',
    'Send a template, or wait until the person writes.',
  ],
  recipient_blocked: ['The person does not want messages from this account.', 'Use another channel.'],
  recipient_invalid: ['The person cannot be reached under this address.', 'Check the address, or use another channel.'],
  auth_revoked: ['The messenger no longer accepts the account.', 'Connect the channel again with valid credentials.'],
  permission: ['The account may not do this in the messenger.', 'Give the account the right in the messenger.'],
  content_invalid: ['The messenger does not accept this content.', 'Change the content and send it as a new message.'],
  unsupported: ['The messenger cannot carry this.', "Look at the channel's capabilities and send something else."],
  media_failed: ['The file could not be carried.', 'Send the file again, smaller or in another format.'],
  unknown_outcome: [
    'It is not known whether it arrived.',
    'Look in the messenger, then tell by ResolveUnknown whether it arrived or is to be sent again.',
  ],
  expired: ['It waited too long and was given up.', 'Replay it, if it is still wanted.'],

  portal_rejected: [
    'The portal refuses the event.',
    "Read the portal's answer, correct the portal, and replay the event.",
  ],
  portal_unavailable: ['The portal answers with an error.', "Look at the portal's own log; sending goes on by itself."],
  portal_timeout: [
    'The portal does not answer in time.',
    'Make the portal answer before it works on the events; sending goes on by itself.',
  ],
  portal_unreachable: [
    'The portal cannot be reached.',
    "Check the portal's address, certificate and firewall; sending goes on by itself.",
  ],
  portal_gone: ['The portal says that it is gone for good.', 'Correct the address of the portal, then resume it.'],
  portal_redirected: [
    'The portal redirects, and redirects are not followed.',
    'Give the portal the address that it redirects to.',
  ],
  portal_address_refused: [
    "The portal's address is not a public one.",
    'Give the portal a public address, or have private ones allowed by ALLOW_PRIVATE_PORTALS.',
  ],
  portal_answer_invalid: [
    "The portal's answer cannot be understood.",
    'Answer 2xx with an empty body, or {"accepted": n} as application/json.',
  ],
  portal_unknown_key: ['The portal does not know the key.', 'Give the portal its present licence key.'],
  no_key: ['The portal has no valid licence key.', 'Rotate the key of the portal, then resume it.'],
  paused: ['It is paused.', 'Resume it.'],
};
