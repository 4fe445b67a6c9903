import type {
  Capabilities,
  ChannelEvent,
  ConversationKind,
  ConversationRef,
  Media,
  Party,
  PlatformTemplate,
  SendOrder,
} from '@trunkline/contracts';
import type { z } from 'zod';
import type { ChannelAccess, ChannelRef, ParsedChannel } from './channel.ts';
import type { SharedScope } from './connector-error.ts';
import type { OAuth } from './oauth.ts';
import type { ConnectorHost, Download, SendTools, Tools } from './tools.ts';

/**
 * A connector: the code for one messenger. Its folder's index.ts exports it as default; nothing else registers it.
 * The four required members are what every messenger has; everything else is optional, and a missing ability is a missing
 * member. The host does all storing, queueing, pacing and retrying; a connector only translates and calls.
 */
export interface Connector<Settings = unknown> {
  /** Name for people: "Telegram". */
  readonly title: string;
  /** What a person gives to connect a channel. Secrets are separate and never leave the connector in clear. */
  readonly settings: z.ZodType<Settings>;
  /**
   * Names of the settings that say where the platform is: ["apiUrl"]. Whoever answers there says whose an account is, so a channel
   * may name the usual address only, or an origin that the service trusts (PLATFORM_HOSTS): a simulator, a server of the company.
   */
  readonly addressNames?: readonly string[];
  /** Names of the secrets that a person gives: ["token"]. */
  readonly secretNames: readonly string[];
  /** What its channels carry: data. Dispatch adapts every order to it, so that `send` never gets what does not fit. */
  readonly capabilities: Capabilities;
  /** What conversations of another kind carry, where that differs: comments under a post. */
  readonly capabilitiesByKind?: Readonly<Partial<Record<ConversationKind, Capabilities>>>;
  /** What parts of its world carry, where one account spans several: by the subchannel that `parse` gives a conversation. */
  readonly capabilitiesBySubchannel?: Readonly<Record<string, Capabilities>>;

  /** Hosts that `tools.fetch` may call for a channel: "api.example.com", ".example.com" with all below it. Absent: any
   * public one. */
  readonly hosts?: (settings: Settings) => readonly string[];
  /** What of the platform's limits a channel shares with others: those with the same app or account pause together. Pure. */
  readonly limitKeys?: (channel: ChannelAccess<Settings>) => Readonly<Partial<Record<SharedScope, string>>>;
  /** Sends a second of a channel where its settings say something else than the capabilities. Pure. */
  readonly channelRate?: (settings: Settings) => number;
  /** Sends a second in one conversation where it differs from the capabilities (a group). Pure. */
  readonly conversationRate?: (conversation: ConversationRef) => number;

  /**
   * Asks the platform who the account is and changes nothing there. Asked before connect, so that an account that is
   * connected already keeps its hook. Absent where a channel has no account elsewhere (a widget): the channel is its own
   * account. Throws ConnectorError.
   */
  readonly identify?: (channel: ChannelAccess<Settings>, tools: Tools) => Promise<Account>;
  /**
   * Asks the platform who the account is, tells it where to call and reads that back; safe to repeat, which is how a lost
   * hook is written again. `hookUrl` undefined: no public address; the platform must call nowhere, the host will poll.
   * Throws ConnectorError.
   */
  readonly connect?: (
    channel: ChannelAccess<Settings>,
    hookUrl: string | undefined,
    tools: Tools,
  ) => Promise<Connected>;
  /** Tells the platform to call no more; what other channels need stays. Throws ConnectorError. */
  readonly disconnect?: (channel: ChannelAccess<Settings>, tools: Tools, around: Around) => Promise<void>;
  /**
   * Asks the platform how the account is doing; called every few minutes. Renews a token that ends. Throws ConnectorError.
   */
  readonly probe?: (channel: ChannelAccess<Settings>, hookUrl: string | undefined, tools: Tools) => Promise<Health>;

  /** Signing in at the platform, instead of typing tokens. */
  readonly oauth?: OAuth<Settings>;
  /** All templates of the account, in whatever state. Throws ConnectorError. */
  readonly templates?: (channel: ChannelAccess<Settings>, tools: Tools) => Promise<readonly PlatformTemplate[]>;
  /** Which phone numbers (E.164, at most 100) the messenger knows. Throws ConnectorError. */
  readonly checkNumbers?: (
    phones: readonly string[],
    channel: ChannelAccess<Settings>,
    tools: Tools,
  ) => Promise<readonly NumberCheck[]>;
  /**
   * Who a person is, where calls tell nothing but an id: name, profile, language. Asked when an event of somebody without a
   * name comes, before it is stored and within a second, and kept for a day; what is not answered by then is left out, and
   * the person's next event asks again. Throws ConnectorError.
   */
  readonly introduce?: (person: Party, channel: ChannelAccess<Settings>, tools: Tools) => Promise<Partial<Party>>;

  /** Incoming hook calls. Absent for a connector that has no hooks. */
  readonly hook?: Hook<Settings>;
  /**
   * Fetches updates itself where no hook can be reached (a laptop). The next call is asked for only after the former one is
   * stored, so a platform that confirms by offset is told the offset by the next request. Ends when the signal aborts;
   * when it throws, the host starts it anew after a pause.
   */
  readonly poll?: (channel: ChannelAccess<Settings>, tools: Tools) => AsyncIterable<RawCall>;
  /** True if the hook does not tell everything: channels whose hook can be reached are polled, too. */
  readonly pollsBesideHook?: true;

  /**
   * Does one order on the platform; the host calls it for one order of a conversation at a time. Throws ConnectorError;
   * whatever else is thrown counts as an unknown outcome. A refusal says that nothing of the order's message is there: where an
   * order takes several calls, or one was cut off and is made again, a refusal after what may have made something is to be thrown
   * as 'unknown_outcome'.
   */
  readonly send?: (order: SendOrder, channel: ChannelAccess<Settings>, tools: SendTools) => Promise<Sent>;
  /**
   * How long the platform drops a repeat of an order by a key of ours, in seconds, where not all that a conversation carries has
   * one; 0: no key. Pure.
   */
  readonly sendKeySeconds?: (order: SendOrder) => number;
  /** Opens a file of the platform. The host caps, hashes and stores the bytes. Throws ConnectorError. */
  readonly download?: (media: Media, channel: ChannelAccess<Settings>, tools: Tools) => Promise<Download>;

  /** A connector with a door of its own (a widget): adds HTTP routes and sockets before the server listens, then returns. */
  readonly serve?: (host: ConnectorHost<Settings>) => Promise<void>;
}

/** How hook calls are checked, understood and answered. */
export interface Hook<Settings = unknown> {
  /**
   * Is the call the platform's? On raw bytes, constant time where a secret is compared. Called before anything is kept. `tools`
   * are for proofs by keys that the platform publishes, within a few seconds. Throws ConnectorError 'transient' where the proof
   * cannot be had now: the platform is asked to call again.
   */
  readonly verify: (call: RawCall, channel: ChannelAccess<Settings>, tools: Tools) => boolean | Promise<boolean>;
  /**
   * What the call tells; several events where the platform batches, none for what tells nothing (a handshake). Pure: the
   * same bytes and settings give the same events. Uses the body alone of a call, because a parked call is parsed again from its body. Throws
   * ConnectorError 'unknown_kind' or 'malformed' for what it does not understand: the call is then parked, with the
   * error's words as the reason, so these hold nothing personal. A batch is read by `readEach`: the others arrive.
   */
  readonly parse: (call: RawCall, channel: ParsedChannel<Settings>) => readonly ChannelEvent[];
  /**
   * Whether a genuine call is not to be taken: what its caller hears then, while nothing is stored; undefined: it is taken. For
   * protocols of our own, whose callers understand a refusal (a limit, a size); a messenger's calls are all taken. Asked of
   * the channel that answers. Rejects with 'unavailable' where it cannot be decided now: the caller calls again.
   */
  readonly refuses?: (call: RawCall, channel: ChannelAccess<Settings>, tools: Tools) => Promise<HookAnswer | undefined>;
  /**
   * What the platform wants to hear; 200 with an empty body when absent. Called after the call is stored. `tools` are for what it
   * wants to hear as it is at that moment (a handshake's word), within a few seconds; everything else is answered at once.
   */
  readonly answer?: (call: RawCall, channel: ChannelAccess<Settings>, tools: Tools) => HookAnswer | Promise<HookAnswer>;
  /**
   * Which of our own sends the call proves: an echo that carries our id back. Decides sends whose outcome is unknown.
   * Called after the call is stored, whether it came or was fetched by `poll`. Pure.
   */
  readonly confirms?: (call: RawCall, channel: ChannelRef) => readonly ConfirmedSend[];
  /** Where the platform calls one address for several channels (an app with many pages). Absent: each has its own. */
  readonly shared?: SharedHook<Settings>;
}

/** One address of a hook for several channels; `connect` tells it to the platform: {@link sharedHookUrl}. */
export interface SharedHook<Settings = unknown> {
  /** Last part of the address: the same for all that share it, and nobody else's ("app-123"). Pure. */
  readonly key: (settings: Settings) => string;
  /**
   * Divides a call: the body as it would be if the call told of an account alone, by the platform's id of it and the name that
   * `connect` gave it (platforms name accounts in several ways); undefined for an account that it does not tell of. That is what the account's channel parses and keeps: what others' clients wrote is none
   * of its tenant's business. Reads no more than it needs for that. Throws for what it cannot divide: everybody who shares the
   * address keeps it whole. Pure.
   */
  readonly divide: (call: RawCall) => (accountId: string, accountName?: string) => Uint8Array | undefined;
  /**
   * What the proof of a call hangs on, by which channels with the same secret are told: they are proved once. Never shown to
   * anybody. Absent: each channel is proved by itself. Pure.
   */
  readonly proof?: (channel: ChannelAccess<Settings>) => string;
}

/** The shared address, from a channel's own. Pure. */
export function sharedHookUrl(hookUrl: string, key: string): string {
  return new URL(encodeURIComponent(key), hookUrl).href;
}

/** One part of a message of ours that the platform certainly has. */
export interface ConfirmedSend {
  readonly messageId: string;
  /** Number of the part, from 0. */
  readonly part: number;
  readonly conversationPlatformId: string;
  /** Empty where the proof does not tell them. */
  readonly platformIds: readonly string[];
}

/** A call as it came. */
export interface RawCall {
  readonly method: string;
  /** Path behind /hooks/<connector>/<channel>: "" or "/messages". */
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

/** Who an account is. */
export interface Account {
  /** The platform's id of the account: the same account twice is refused. */
  readonly accountId: string;
  readonly accountName: string;
  /** Secrets that the platform's handshake needs while it is being connected: kept before `connect` is called. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** What connecting found. */
export interface Connected {
  /** The platform's id of the account: the same account twice is refused. */
  readonly accountId: string;
  readonly accountName: string;
  /** Address where a person opens a conversation. */
  readonly deepLink?: string;
  /** Secrets that the connector made (of the hook), kept with the others and given to every later call. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The hook's address as the platform has it now. */
  readonly hookUrl?: string;
  /** What a person should know: rights that are missing, errors that the platform remembers. */
  readonly warnings?: readonly string[];
}

/** What is around a channel that goes. */
export interface Around {
  /** No other channel has the same shared address of the hook: nobody needs it any more. */
  readonly isLastAtHook: boolean;
}

/** How an account is doing. */
export interface Health {
  readonly state: 'ok' | 'degraded' | 'needs_sign_in' | 'banned' | 'off';
  /** Why, in words for people. */
  readonly reason: string;
  /** When the token ends, in milliseconds since 1970; people are warned a week before. Absent: not by itself. */
  readonly tokenEndsAtMs?: number;
  /** Secrets that were renewed: kept with the others. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Whether the messenger knows a phone number. */
export interface NumberCheck {
  /** As it was asked for. */
  readonly phone: string;
  /** The platform's id of the conversation with that person; undefined: the messenger does not know the number. */
  readonly platformId?: string;
}

/** What sending gave. */
export interface Sent {
  /** The platform's ids of what was sent, in order; empty for what has none (typing). */
  readonly platformIds: readonly string[];
  /** The conversation's new name, when the platform moved it. */
  readonly migratedPlatformId?: string;
  /** Invite link of the group, when the order made one. */
  readonly inviteLink?: string;
}

/** Types a connector by its settings schema; what every connector's index.ts exports as default. Pure. */
export function defineConnector<Settings>(connector: Connector<Settings>): Connector<Settings> {
  return connector;
}
