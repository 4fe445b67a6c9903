import type { ChannelAccess, Connector, PlatformMessage, RawCall } from '@trunkline/adapter-kit';
import type { FailureFixture, Fixtures, OutgoingFixture } from './fixtures.ts';
import type { Platform, PlatformAnswer, PlatformRequest } from './platform-double.ts';

/** A connector under test, and what only its own folder knows of its platform. */
export interface SuiteSubject<Settings> {
  readonly connector: Connector<Settings>;
  /** Folder of the fixtures. */
  readonly fixturesFolder: string;
  /** The channel of the fixtures; its secrets are looked for wherever they must not be. */
  readonly channel: ChannelAccess<Settings>;
  /** Values of the channel's secrets. */
  readonly secrets: readonly string[];
  /** Settings that are addresses and say nothing of where the platform is: links and pictures that people are shown. */
  readonly linkNames?: readonly string[];
  /** Calls made of a genuine one that are not the platform's; by default the same without its headers. */
  readonly forge?: (genuine: RawCall) => readonly RawCall[];
  /** True where calls are proved by keys of the platform, not by a secret of the channel. */
  readonly isProvedElsewhere?: true;
  /** What the platform answers when all is well. */
  readonly platform?: Platform;
  /** Starts a platform that refuses whatever is over its limits: its simulator. */
  readonly strict?: () => Promise<StrictPlatform<Settings>>;
  /** False for outgoing fixtures that only the connector's own tests can use. */
  readonly isWhole?: (fixture: OutgoingFixture) => boolean;
  /** What the platform was asked, in the form of the fixtures' `expect`; by default {method, url, body}. */
  readonly shown?: (requests: readonly PlatformRequest[]) => unknown | Promise<unknown>;
  /** The answer of a row of errors.json; by default its `answer`: {status, body}. */
  readonly answerOf?: (failure: FailureFixture) => PlatformAnswer;
  /** An order to write a text, where the conversation "1" leads nowhere. */
  readonly usualOrder?: unknown;
  /** An order that a row of errors.json answers; by default a text. */
  readonly orderOf?: (failure: FailureFixture) => unknown;
  /** The platform's ids that an order needs; by default the fixture's `known`. */
  readonly knownOf?: (fixture: OutgoingFixture) => Readonly<Record<string, readonly PlatformMessage[]>>;
}

/** A running platform with limits; it is called as the product calls it. */
export interface StrictPlatform<Settings> extends AsyncDisposable {
  /** The channel on this platform. */
  readonly channel: ChannelAccess<Settings>;
  /**
   * Conversations that it knows, as protobuf's JSON: "" for the usual capabilities, and one by the name of each other set
   * ("comments", "group", a subchannel).
   */
  readonly conversations: Readonly<Record<string, unknown>>;
  /** A template that it has approved, with this text in its gap, as protobuf's JSON; for channels that carry templates. */
  readonly template?: (text: string) => object;
  /** What it took and refused later, once it has come. */
  readonly refusals?: () => Promise<readonly unknown[]>;
}

/** The subject with its fixtures read. */
export interface Suite<Settings> extends SuiteSubject<Settings> {
  readonly fixtures: Fixtures;
}
