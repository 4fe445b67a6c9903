/** One sealed message of a portal, not yet opened. */
export interface SealedSubmission {
  /** The portal's idempotency key. */
  readonly id: string;
  readonly type: string;
  /** Compact JWE. */
  readonly sealed: string;
}

/** The messages of a call, or a sentence that tells the portal's developer what is wrong with it. */
export type Submissions = { readonly submissions: readonly SealedSubmission[] } | { readonly malformed: string };

/** The one type that a portal sends. Another one is refused: it may be our own delivery, sent back to us by somebody. */
const submitType = 'trunkline.message.submit.v1';
const maxIdLength = 128;
const maxEvents = 100;

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function submissionOf(value: unknown): SealedSubmission | string {
  const { specversion, id, type, datacontenttype, data } = fieldsOf(value);
  if (specversion !== '1.0') return 'specversion must be 1.0';
  if (typeof id !== 'string' || id === '' || id.length > maxIdLength)
    return `id must be a text of 1 to ${maxIdLength} characters`;
  if (type !== submitType) return `type must be ${submitType}`;
  if (datacontenttype !== 'application/jose' || typeof data !== 'string')
    return 'data must be a compact JWE, application/jose';
  return { id, type, sealed: data };
}

/** Reads what a portal sends back: a CloudEvents 1.0 JSON batch of 1 to 100 sealed messages. Pure, never throws. */
export function readSubmissions(body: Uint8Array): Submissions {
  const batch = parsed(body);
  if (!Array.isArray(batch)) return { malformed: 'the body is no JSON array of events in UTF-8' };
  if (batch.length === 0 || batch.length > maxEvents)
    return { malformed: `the batch must hold 1 to ${maxEvents} events` };
  const submissions: SealedSubmission[] = [];
  for (const [index, value] of batch.entries()) {
    const read = submissionOf(value);
    if (typeof read === 'string') return { malformed: `[${index}]: ${read}` };
    submissions.push(read);
  }
  return { submissions };
}
