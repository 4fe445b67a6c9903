import { type ChannelAccess, type ConnectorHost, refusal } from '@trunkline/adapter-kit';
import { type ChannelEvent, Media } from '@trunkline/contracts';
import { type Entry, logOf, seenKey, shownFile } from './entries.ts';
import type { LoggedFrame, ServerFrame } from './frames.ts';
import { visitorTopic } from './hints.ts';
import { eventOf, receiptEvent, startEvent, typingEvent } from './parse.ts';
import { visitorKey } from './session.ts';
import type { Settings } from './settings.ts';
import { writeToken } from './token.ts';
import type { Visitor } from './visitor.ts';

/** One visitor of one channel, as their requests and sockets speak for them. */
export interface VisitorOf {
  readonly host: ConnectorHost<Settings>;
  readonly channel: ChannelAccess<Settings>;
  readonly visitorId: string;
}

const receiptsAtOnce = 200;

/** Where an upload is kept until its frame comes. */
export function uploadKey(visitorId: string, uploadId: string): string {
  return `upload/${visitorId}/${uploadId}`;
}

/**
 * Takes a frame of the widget: written into the visitor's log, which numbers it, then stored at the door, then acknowledged.
 * A widget that hears nothing sends it again: the log knows it by its cid, the door's reader by its event id.
 */
export async function takeFrame(frame: LoggedFrame, of: VisitorOf): Promise<ServerFrame> {
  const { host, channel, visitorId } = of;
  const { state, hints } = host.tools(channel);
  const media = frame.t === 'send' && frame.uploadId !== undefined ? await uploaded(frame.uploadId, of) : undefined;
  if (frame.t === 'send' && frame.text.trim() === '' && !media) {
    throw refusal('invalid_argument', 'A message needs a text or a file.');
  }
  const visitor = frame.t === 'form' ? await tell(frame, of) : await visitorOf(of);
  const file = media && { file: shownFile(media, `files/${media.id}`) };
  const entry: Entry = { from: 'visitor', frame, ...file };
  const { sequence: seq } = await state.append<Entry>(logOf(visitorId), `in:${frame.cid}`, entry);
  const placed = { channel, visitor, seq, receivedAtMs: host.now() };
  const event = eventOf(frame, placed, media);
  // The first frame opens the conversation; told again with the second, should the first have failed at the door.
  const events: ChannelEvent[] = seq <= 2 ? [startEvent(placed), event] : [event];
  await host.enter(channel, Buffer.from(JSON.stringify({ visitorId, seq, frame })), events);
  hints.tell(visitorTopic(visitorId));
  return { t: 'ack', cid: frame.cid, id: event.id, seq };
}

/** Tells what became of the messages to the visitor up to a number of the log; what was told before is not told again. */
export async function takeReceipt(state: 'delivered' | 'read', upTo: number, of: VisitorOf): Promise<void> {
  const { host, channel, visitorId } = of;
  const kept = host.tools(channel).state;
  const key = `receipt/${state}/${visitorId}`;
  for (let after = (await kept.get<number>(key))?.value ?? 0; after < upTo; ) {
    const log = await kept.read<Entry>(logOf(visitorId), after, Math.min(upTo - after, receiptsAtOnce));
    const last = log.at(-1)?.sequence;
    // A widget cannot have more than there is.
    if (last === undefined) return;
    const seen = log.filter(({ entry }) => entry.from === 'operator' && entry.kind === 'message');
    if (seen.length > 0) {
      const placed = { channel, visitor: await visitorOf(of), seq: last, receivedAtMs: host.now() };
      const ids = seen.map(({ sequence }) => String(sequence));
      const event = receiptEvent(placed, state, ids);
      await host.enter(channel, Buffer.from(JSON.stringify({ visitorId, state, ids })), [event]);
    }
    // After the door: told twice at worst, and the same receipt twice is one.
    await kept.put(key, last);
    after = last;
  }
}

/** Tells that the visitor types. It is shown for a moment and then worth nothing, so nobody repeats it. */
export async function takeTyping(isOn: boolean, of: VisitorOf): Promise<void> {
  const { host, channel, visitorId } = of;
  const placed = { channel, visitor: await visitorOf(of), receivedAtMs: host.now() };
  await host.enter(channel, Buffer.from(JSON.stringify({ visitorId, typing: isOn })), [typingEvent(placed, isOn)]);
}

/** A new token for a visitor whose former one, or whose open socket, says who they are. */
export function freshToken({ host, channel, visitorId }: VisitorOf): string {
  return writeToken({ channelId: channel.id, visitorId }, channel.secret('session_key'), host.now());
}

/** Up to which of the visitor's own messages the company has read. */
export async function seenUpTo({ host, channel, visitorId }: VisitorOf): Promise<number> {
  return (await host.tools(channel).state.get<number>(seenKey(visitorId)))?.value ?? 0;
}

async function visitorOf({ host, channel, visitorId }: VisitorOf): Promise<Visitor> {
  const kept = await host.tools(channel).state.get<Visitor>(visitorKey(visitorId));
  if (kept) return kept.value;
  throw refusal('unauthenticated', 'The visitor is not known any more.');
}

async function tell(form: Extract<LoggedFrame, { readonly t: 'form' }>, of: VisitorOf): Promise<Visitor> {
  const { name, phone, email } = form;
  const visitor = { ...(await visitorOf(of)), told: { name, phone, email } };
  await of.host.tools(of.channel).state.put(visitorKey(of.visitorId), visitor);
  return visitor;
}

async function uploaded(uploadId: string, { host, channel, visitorId }: VisitorOf): Promise<Media> {
  const kept = await host.tools(channel).state.get<unknown>(uploadKey(visitorId, uploadId));
  if (kept) return Media.fromJSON(kept.value);
  throw refusal('not_found', 'There is no such upload: send the file again.');
}
