import type { Capabilities, CarryingConversation, ChannelEntry, Fact } from '@trunkline/contracts';
import type { Draft } from './state/draft.ts';
import type { Tally } from './tally.ts';

/** What a decision may know of the directory: as it was when the micro-batch was read. */
export interface DirectoryView {
  /** By its id; its connector's name, where it is known, finds it before the connector has told about itself. */
  channel(channelId: string, connector?: string): ChannelEntry | undefined;
  /** What such a conversation carries in a connector's channels; undefined until the connector has told about itself. */
  capabilities(connector: string, conversation: CarryingConversation): Capabilities | undefined;
}

/** How long things wait, and the key of parking. */
export interface Settings {
  /** Events of platforms that order by time alone wait so long for earlier ones. */
  readonly holdMs: number;
  /** Parts of an album are gathered so long. */
  readonly albumMs: number;
  /** A message of the company that may be the echo of a send waits so long for what becomes of the send. */
  readonly echoWaitMs: number;
  /** A receipt waits so long for the result of its send. */
  readonly receiptWaitMs: number;
  /** What is parked is kept so long. */
  readonly parkedMs: number;
  /** 32 bytes. */
  readonly parkingKey: Uint8Array;
}

/** Where something happened and whom it is about: what every fact carries. */
export interface Scope {
  readonly tenantId: string;
  readonly channel?: ChannelEntry | undefined;
  readonly conversationId?: string | undefined;
  readonly contactId?: string | undefined;
}

/** What can be told. */
export type Told = NonNullable<Fact['fact']>;

/** What a message of the contracts is written into; `finish` gives the bytes and makes it ready for the next. */
export type Writer = ReturnType<typeof Fact.encode>;

/** One item's turn to be decided. */
export interface Turn {
  readonly draft: Draft;
  readonly directory: DirectoryView;
  readonly settings: Settings;
  readonly tally: Tally;
  /** Serializes: one for a whole micro-batch, because its memory grows only once. */
  readonly writer: Writer;
  /** When the item was stored: the only clock of a decision. */
  readonly nowMs: number;
  /** W3C trace context of the item, where sampled. */
  readonly traceparent: string;
  /** Where the item stands in the stream: comparable as text. */
  readonly place: string;
  /** Ours, from the item's place in the stream: for what has no better key. */
  readonly idHere: () => string;
  /** Tells a fact; its id is {@link Turn.idHere} unless given. */
  readonly say: (scope: Scope, told: Told, options?: { readonly id?: string; readonly traceparent?: string }) => void;
  /** Takes everything back that the work changed and told, if it throws. */
  readonly attempt: <Result>(work: () => Result) => Result;
}
