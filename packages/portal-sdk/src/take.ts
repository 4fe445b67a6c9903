import { EventRefused } from './answers.ts';
import type { Attributes, Notice, SealedEvent } from './batch.ts';
import { type Cursor, nextChain } from './chain.ts';
import { OpenError, openEvent } from './jwe.ts';
import type { PortalKeys } from './keys.ts';
import type { Cursors } from './strands.ts';

/** An opened event whose attributes and chain were checked. */
export interface PortalEvent<Data = unknown> extends Attributes {
  /** The sealed JSON, parsed. Kinds are only ever added: pass over a `type` that you do not know. */
  readonly data: Data;
  /** The sealed bytes, as the chain counts them. */
  readonly plaintext: Uint8Array;
  /** Where the receiver stands once this event is taken. Store it in the same transaction as the event and nothing comes twice. */
  readonly cursor: Cursor;
}

/** An event that came before and was asked for again; it moves no cursor. */
export interface ReplayedEvent<Data = unknown> extends Omit<PortalEvent<Data>, 'cursor'> {
  readonly replay: number;
}

/** A notice together with the position after it. */
export interface TakenNotice extends Notice {
  readonly cursor: Cursor;
}

/** What the receiver was not told of: events are missing before this one, or the history told now is not the one told before. */
export interface Gap {
  readonly kind: 'missing' | 'broken_chain';
  /** Where the receiver stands. */
  readonly cursor: Cursor;
  /** The event that does not follow from the cursor. */
  readonly event: Attributes;
}

/** What the portal's own code does with events. All may be slow, but not for ever; all may throw. */
export interface Handlers<Data = unknown> {
  /** Called for each new event, in order, one at a time; of a parallel portal one at a time of each strand. The cursor moves when its promise resolves. */
  onEvent(event: PortalEvent<Data>, signal: AbortSignal): Promise<void> | void;
  /** Called for replayed events. Without it they are answered as taken and dropped. */
  onReplay?(event: ReplayedEvent<Data>, signal: AbortSignal): Promise<void> | void;
  /** Called when a range of events has expired or was parked and will not come by itself. */
  onNotice?(notice: TakenNotice, signal: AbortSignal): Promise<void> | void;
  /** Called when the stream does not go on from the cursor. `accept` goes on from the event; otherwise, and without it, the answer is 503. */
  onGap?(gap: Gap): Promise<'accept' | 'refuse'> | 'accept' | 'refuse';
}

/** Why the receiver stopped at an event. */
export type Stop =
  | { readonly code: 'unknown_key'; readonly kid: string }
  | { readonly code: 'cannot_open' | 'refused' | 'handler_failed'; readonly id: string; readonly cause: unknown }
  | { readonly code: 'gap'; readonly gap: Gap };

/** The cursor that an event moved, if it moved any; or the reason why it was not taken. */
export type Step = { readonly cursor: Cursor | undefined } | { readonly stop: Stop };

/** What `takeOne` needs beside the event. */
export interface Taking<Data> {
  readonly keys: readonly PortalKeys[];
  readonly handlers: Handlers<Data>;
  readonly signal: AbortSignal;
}

function open<Data>(
  item: SealedEvent,
  keys: readonly PortalKeys[],
): { plaintext: Buffer; data: Data } | { stop: Stop } {
  try {
    const plaintext = openEvent(keys, item.sealed);
    return { plaintext, data: JSON.parse(plaintext.toString()) };
  } catch (cause) {
    if (cause instanceof OpenError && cause.kid !== undefined) return { stop: { code: 'unknown_key', kid: cause.kid } };
    return { stop: { code: 'cannot_open', id: item.id, cause } };
  }
}

function attributesOf(item: Attributes): Attributes {
  const { id, source, type, subject, time, sequence, chain, traceparent, replay, strand, previous } = item;
  return { id, source, type, subject, time, sequence, chain, traceparent, replay, strand, previous };
}

/** Runs the portal's own code; whatever it throws becomes the reason to stop. */
async function handled(id: string, work: () => Promise<void> | void): Promise<Stop | undefined> {
  try {
    await work();
    return undefined;
  } catch (cause) {
    return { code: cause instanceof EventRefused ? 'refused' : 'handler_failed', id, cause };
  }
}

/** Asks the portal what to do about an event that does not follow from the cursor. */
async function stopAtGap(gap: Gap, handlers: Pick<Handlers, 'onGap'>): Promise<Stop | undefined> {
  const decision = await handlers.onGap?.(gap);
  return decision === 'accept' ? undefined : { code: 'gap', gap };
}

function gapBefore(item: SealedEvent | Notice, cursors: Cursors): Gap['kind'] | undefined {
  // The same number for other content: the sender lost its own history. Dropped as a repeat, it would stay hidden.
  if (item.sequence === cursors.of(item).sequence) return 'broken_chain';
  return cursors.follows(item) ? undefined : 'missing';
}

/** The cursor behind an element. */
function behind({ sequence, chain, strand }: Attributes): Cursor {
  return { sequence, chain, ...(strand !== undefined && { strand }) };
}

async function takeReplay<Data>(item: SealedEvent, { keys, handlers, signal }: Taking<Data>): Promise<Step> {
  const opened = open<Data>(item, keys);
  if ('stop' in opened) return opened;
  const event = { ...attributesOf(item), ...opened, replay: item.replay ?? 0 };
  const stop = await handled(item.id, () => handlers.onReplay?.(event, signal));
  return stop ? { stop } : { cursor: undefined };
}

async function takeNotice<Data>(item: Notice, cursors: Cursors, { handlers, signal }: Taking<Data>): Promise<Step> {
  const kind = gapBefore(item, cursors);
  const gapStop = kind && (await stopAtGap({ kind, cursor: cursors.of(item), event: attributesOf(item) }, handlers));
  if (gapStop) return { stop: gapStop };
  const next = behind(item);
  const stop = await handled(item.id, () => handlers.onNotice?.({ ...item, cursor: next }, signal));
  return stop ? { stop } : { cursor: next };
}

/** Where the event before is another strand's, or is not known any more, its chain proves nothing here. */
function isProven(item: SealedEvent, plaintext: Uint8Array, cursors: Cursors): boolean {
  const before = cursors.chainBefore(item);
  if (before === undefined) return item.previous !== undefined;
  return nextChain(before, { sequence: item.sequence, id: item.id, plaintext }) === item.chain;
}

async function takeEvent<Data>(
  item: SealedEvent,
  cursors: Cursors,
  { keys, handlers, signal }: Taking<Data>,
): Promise<Step> {
  const opened = open<Data>(item, keys);
  if ('stop' in opened) return opened;
  const kind = gapBefore(item, cursors) ?? (isProven(item, opened.plaintext, cursors) ? undefined : 'broken_chain');
  const gapStop = kind && (await stopAtGap({ kind, cursor: cursors.of(item), event: attributesOf(item) }, handlers));
  if (gapStop) return { stop: gapStop };
  const next = behind(item);
  const stop = await handled(item.id, () =>
    handlers.onEvent({ ...attributesOf(item), ...opened, cursor: next }, signal),
  );
  return stop ? { stop } : { cursor: next };
}

/** A repeat is dropped. It moves its cursor all the same if it follows: it may have come in another strand before. */
function repeated(item: SealedEvent | Notice, cursors: Cursors): Step {
  const moves = item.sequence > cursors.of(item).sequence && cursors.follows(item);
  return { cursor: moves ? behind(item) : undefined };
}

/** Takes one event of a batch: drops a repeat, checks that the rest follows from the cursors, opens it and hands it over. */
export async function takeOne<Data>(item: SealedEvent | Notice, cursors: Cursors, taking: Taking<Data>): Promise<Step> {
  if ('sealed' in item && item.replay !== undefined) return takeReplay(item, taking);
  if (cursors.isRepeat(item)) return repeated(item, cursors);
  return 'notice' in item ? takeNotice(item, cursors, taking) : takeEvent(item, cursors, taking);
}
