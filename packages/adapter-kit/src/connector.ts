import type {
  Capabilities,
  ChannelEvent,
  ConversationRef,
  ErrorCode,
  Media,
  OutgoingMessage,
  SendOrder,
} from '@trunkline/contracts';
import type { z } from 'zod';

/**
 * A connector: the code for one messenger. Its folder's index.ts exports it as default; nothing else registers it.
 * The four required members are what every messenger has; everything else is optional, and a missing ability is a missing
 * member. `parse` and `render`-like code inside is pure; the host does all storing, queueing, pacing and retrying.
 */
export interface Connector<Settings = unknown> {
  /** Name for people: "Telegram". */
  readonly title: string;
  /** What a person gives to connect a channel. Secrets are separate and never leave the connector in clear. */
  readonly settings: z.ZodType<Settings>;
  /** Names of the secrets that a person gives: ["token"]. */
  readonly secretNames: readonly string[];
  /** What its channels carry: data. */
  readonly capabilities: Capabilities;

  /** Asks the platform who the account is and tells it where to call; safe to repeat. Throws ConnectorError. */
  readonly connect?: (channel: ChannelAccess<Settings>, hookUrl: string, tools: Tools) => Promise<Connected>;
  /** Tells the platform to call no more. */
  readonly disconnect?: (channel: ChannelAccess<Settings>, tools: Tools) => Promise<void>;
  /** Asks the platform how the account is doing. */
  readonly probe?: (channel: ChannelAccess<Settings>, hookUrl: string, tools: Tools) => Promise<Health>;

  /** Incoming hook calls. Absent for a connector that has no hooks. */
  readonly hook?: {
    /** Is the call the platform's? On raw bytes. Pure; constant time where a secret is compared. */
    readonly verify: (call: RawCall, channel: ChannelAccess<Settings>) => boolean;
    /** What the call tells. Pure: the same bytes give the same events. Throws when it cannot be understood: it is parked. */
    readonly parse: (call: RawCall, channel: ChannelRef) => readonly ChannelEvent[];
    /** What the platform wants to hear; 200 with an empty body when absent. Called after the call is stored. */
    readonly answer?: (call: RawCall, channel: ChannelRef) => HookAnswer;
  };
  /** Fetches updates itself when no hook can be reached (a laptop): yields raw calls; the next is asked for only after the
   * former is stored. */
  readonly poll?: (channel: ChannelAccess<Settings>, tools: Tools) => AsyncIterable<RawCall>;

  /** Does one order on the platform. Throws ConnectorError; whatever else is thrown counts as an unknown outcome. */
  readonly send?: (order: SendOrder, channel: ChannelAccess<Settings>, tools: SendTools) => Promise<Sent>;
  /** Opens a file of the platform. Throws ConnectorError. */
  readonly download?: (media: Media, channel: ChannelAccess<Settings>, tools: Tools) => Promise<Download>;

  /** A connector with a door of its own (a widget): adds HTTP and WebSocket routes under its prefix and keeps what it must. */
  readonly serve?: (host: ConnectorHost<Settings>) => Promise<void>;
}

/** A channel as pure code sees it. */
export interface ChannelRef {
  readonly id: string;
  readonly tenantId: string;
  readonly connector: string;
  /** The platform's id of the account, once connected. */
  readonly accountId: string;
}

/** A channel with its settings and secrets in clear. Never logged. */
export interface ChannelAccess<Settings> extends ChannelRef {
  readonly name: string;
  readonly settings: Settings;
  /** A secret by name; throws ConnectorError 'auth_revoked' when it is absent. */
  secret(name: string): string;
}

/** A call as it came. */
export interface RawCall {
  readonly method: string;
  /** Path behind /hooks/<connector>/<channel>. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly receivedAtMs: number;
}

/** What the platform hears of a hook call. */
export interface HookAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
}

/** What connecting found. */
export interface Connected {
  readonly accountId: string;
  readonly accountName: string;
  readonly deepLink?: string;
  /** Secrets that the connector made. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The hook's address as the platform has it now. */
  readonly hookUrl?: string;
  readonly warnings?: readonly string[];
}

/** How an account is doing. */
export interface Health {
  readonly state: 'ok' | 'degraded' | 'needs_sign_in' | 'banned' | 'off';
  readonly reason: string;
}

/** What the host lends to a connector. */
export interface Tools {
  readonly signal: AbortSignal;
  /** fetch with a deadline, a cap on the answer, no redirects, and public addresses only (unless configured otherwise). */
  readonly fetch: GuardedFetch;
  readonly now: () => number;
}

/** What the host lends for sending. */
export interface SendTools extends Tools {
  /** Bytes of a file of ours. */
  readonly openFile: (media: Media) => Promise<Download>;
  /** The platform's ids of a message of ours; empty when it was never sent there. */
  readonly platformIdsOf: (messageId: string) => Promise<readonly PlatformMessage[]>;
  /** Public, unguessable link to a file of ours, where a platform wants an address. */
  readonly fileUrl: (media: Media) => string;
}

/** A message as the platform knows it. */
export interface PlatformMessage {
  readonly platformId: string;
  readonly conversationPlatformId: string;
}

/** What sending gave. */
export interface Sent {
  /** The platform's ids of what was sent, in order; empty for what has none (typing). */
  readonly platformIds: readonly string[];
  /** The conversation's new name, when the platform moved it. */
  readonly migratedPlatformId?: string;
}

/** A file being read. */
export interface Download {
  readonly stream: AsyncIterable<Uint8Array>;
  /** In bytes; 0 when unknown. The host caps by what really comes, not by this. */
  readonly sizeBytes: number;
  readonly mimeType: string;
  readonly name: string;
}

/** Guarded fetch: see {@link Tools.fetch}. Rejects with ConnectorError 'transient' or 'unknown_outcome'. */
export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<GuardedResponse>;

/** A request of the guarded fetch. */
export interface GuardedRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | FormData;
  /** Whole call, in milliseconds; 15,000 by default. */
  readonly timeoutMs?: number;
  /** Cap of the answer, in bytes; 4 MiB by default. */
  readonly maxBytes?: number;
}

/** An answer of the guarded fetch. */
export interface GuardedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it comes, cut with an error at the cap. */
  readonly stream: AsyncIterable<Uint8Array>;
  text(): Promise<string>;
}

/** What a connector with a door of its own gets. */
export interface ConnectorHost<Settings> {
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** HTTP server; routes go under the connector's own prefix: /widget/v1/ for webchat. */
  readonly http: unknown;
  /** Channel by id; undefined when there is none or it is switched off. */
  readonly channel: (channelId: string) => ChannelAccess<Settings> | undefined;
  /** Stores events at the door, like a hook call; resolves once they are stored, rejects with 'unavailable'. */
  readonly enter: (channel: ChannelRef, raw: Uint8Array, events: readonly ChannelEvent[]) => Promise<void>;
}

/** What a connector throws. The only place where platform failures become our codes is the connector's errors.ts. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ErrorCode;
  /** When it may be tried again, in milliseconds; for 'retry_after'. */
  readonly retryAfterMs: number | undefined;
  /** The platform's own code. */
  readonly platformCode: string | undefined;
  /** Which bucket a 'retry_after' pauses. */
  readonly scope: 'conversation' | 'channel';

  constructor(code: ErrorCode, message: string, detail: ConnectorErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.retryAfterMs = detail.retryAfterMs;
    this.platformCode = detail.platformCode;
    this.scope = detail.scope ?? 'channel';
  }
}

/** Details of a {@link ConnectorError}. */
export interface ConnectorErrorDetail {
  readonly retryAfterMs?: number;
  readonly platformCode?: string;
  readonly scope?: 'conversation' | 'channel';
  readonly cause?: unknown;
}

/** A conversation or an outgoing message, re-exported for connectors' signatures. */
export type { ConversationRef, OutgoingMessage };
