import { type Cursor, nextSequence } from './chain.ts';
import { deriveKeys } from './keys.ts';
import { verify } from './signature.ts';

/** What Trunkline says of a range of a portal's stream. Sequences are texts of 20 digits, as events carry them. */
export interface Statement {
  readonly portal: string;
  readonly from: string;
  readonly to: string;
  /** How many: delivered + waiting + expired + parked + withheld + skipped. */
  readonly events: number;
  readonly delivered: number;
  readonly waiting: number;
  readonly expired: number;
  readonly parked: number;
  readonly withheld: number;
  readonly skipped: number;
  /** Chain before the first event, and as of the last; 64 hex characters. */
  readonly chainBefore: string;
  readonly chain: string;
  /** The last sequence that was given. */
  readonly headSequence: string;
  /** When it was stated, RFC 3339. */
  readonly at: string;
}

/** The answer of `DeliveryService.VerifyRange`, as the HTTP API gives it (`statement` in base64) or as gRPC does (bytes). */
export interface SignedStatement {
  readonly statement: Uint8Array | string;
  readonly webhookId: string;
  readonly webhookTimestamp: string;
  readonly webhookSignature: string;
}

/** What to hold a statement against. */
export interface StatementOptions {
  /** The portal's licence keys: one that was valid when it was stated is enough. */
  readonly licenceKeys: readonly string[];
  /** Where the receiver stands, or stood at any event of the range. */
  readonly cursor?: Cursor;
}

/**
 * The verdict of `verifyStatement`. `same`: the receiver's history up to its cursor is the one that is stated. `different`: it is
 * not, one of the two lost or changed something. `elsewhere`: the cursor is at neither end of the range, ask for a range that
 * ends at it.
 */
export type StatementVerdict =
  | { readonly valid: false; readonly reason: 'bad_signature' | 'malformed' }
  | { readonly valid: true; readonly statement: Statement; readonly history?: 'same' | 'different' | 'elsewhere' };

/** Verifies a statement, however old it is, and compares it with the receiver's own cursor. Pure. Throws `LicenceKeyError`. */
export function verifyStatement(signed: SignedStatement, options: StatementOptions): StatementVerdict {
  const body = typeof signed.statement === 'string' ? Buffer.from(signed.statement, 'base64') : signed.statement;
  const headers = {
    'webhook-id': signed.webhookId,
    'webhook-timestamp': signed.webhookTimestamp,
    'webhook-signature': signed.webhookSignature,
  };
  const keys = options.licenceKeys.map(deriveKeys);
  const judged = verify({ headers, body, nowMs: 0, toleranceMs: Number.POSITIVE_INFINITY }, keys);
  // A signed batch of events is no statement, though the same keys signed it.
  if (!judged.valid || !judged.id.endsWith('_statement')) return { valid: false, reason: 'bad_signature' };
  const statement = parsed(body);
  if (statement === undefined) return { valid: false, reason: 'malformed' };
  if (options.cursor === undefined) return { valid: true, statement };
  return { valid: true, statement, history: compared(statement, options.cursor) };
}

function parsed(body: Uint8Array): Statement | undefined {
  try {
    // Statements that were kept from before there was such a count have none.
    const value = { skipped: 0, ...JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
    const texts = [value.portal, value.from, value.to, value.chainBefore, value.chain, value.headSequence, value.at];
    const { events, delivered, waiting, expired, parked, withheld, skipped } = value;
    const counts = [events, delivered, waiting, expired, parked, withheld, skipped];
    const isWhole =
      texts.every((text) => typeof text === 'string') && counts.every((count) => Number.isSafeInteger(count));
    return isWhole ? value : undefined;
  } catch {
    return undefined;
  }
}

function compared({ from, to, chain, chainBefore, headSequence }: Statement, cursor: Cursor) {
  // The receiver has what was never given.
  if (cursor.sequence > headSequence) return 'different';
  if (cursor.sequence === to) return cursor.chain === chain ? 'same' : 'different';
  if (nextSequence(cursor.sequence) === from) return cursor.chain === chainBefore ? 'same' : 'different';
  return 'elsewhere';
}
