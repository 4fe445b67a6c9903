export { EventRefused, type PortalAnswer, RetryLater } from './answers.ts';
export type { Attributes, Notice } from './batch.ts';
export { type ChainedEvent, type Cursor, nextChain, start } from './chain.ts';
export { OpenError, type OpenFailure, openEvent, sealEvent } from './jwe.ts';
export { deriveKeys, LicenceKeyError, type PortalKeys, signingSecret } from './keys.ts';
export { listener } from './listener.ts';
export {
  type CursorStore,
  createPortal,
  type Portal,
  type PortalOptions,
  type PortalRequest,
  type Problem,
} from './portal.ts';
export { type PulledBatch, type TakenBatch, takeBatch } from './pull.ts';
export {
  type Replier,
  type ReplyMessage,
  type ReplyOptions,
  type ReplyResult,
  reply,
  type SendOptions,
} from './reply.ts';
export {
  type Headers,
  type Signable,
  type SignatureHeaders,
  type SignedRequest,
  sign,
  type Verdict,
  verify,
} from './signature.ts';
export {
  type SignedStatement,
  type Statement,
  type StatementOptions,
  type StatementVerdict,
  verifyStatement,
} from './statement.ts';
export type { Gap, Handlers, PortalEvent, ReplayedEvent, TakenNotice } from './take.ts';
