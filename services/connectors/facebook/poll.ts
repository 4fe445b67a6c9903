import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorError, fetchedCall, type RawCall, readGraphList, type Tools } from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { readHook } from './setup.ts';
import { type FetchedMessage, type FetchedThread, threadSchema } from './types.ts';

/** From when on calls may be missing. */
interface Missed {
  readonly sinceMs: number;
}

const heardKey = 'heard';
const missedKey = 'missed';
const minuteMs = 60_000;
const lookMs = minuteMs;
/** The platform gives a page up after some hour of failures: what it could not tell before is missing, too. */
const beforeMs = 2 * 60 * minuteMs;
/** How far it is looked back at most, and where nobody knows since when: an older question is answered by no one. */
const longestMs = 7 * 24 * 60 * minuteMs;
const unknownMs = 24 * 60 * minuteMs;
/** The note is changed by the probe and by the poll alone. */
const noteTries = 3;
/** Of 100 threads each. */
const pagesMax = 5;

/** The page is heard now: what is missed later, is missed since then. */
export async function noteHeard({ state, now }: Tools): Promise<void> {
  await state.put(heardKey, now());
}

/** The platform has given the page up: what was said meanwhile is to be fetched. Kept until it is. */
export async function noteMissed({ state, now }: Tools): Promise<void> {
  const heardMs = (await state.get<number>(heardKey))?.value;
  const sinceMs = heardMs === undefined ? now() - unknownMs : Math.max(heardMs - beforeMs, now() - longestMs);
  for (let tries = 0; tries < noteTries; tries += 1) {
    // An outage within an outage begins with the first, and is noted all the same: a fetch under way may not have seen it.
    const former = await state.get<Missed>(missedKey);
    const isNoted = await state.put(missedKey, former?.value ?? { sinceMs }, { ifRevision: former?.revision ?? 0 });
    if (isNoted) return;
  }
  throw new ConnectorError('transient', 'what was missed could not be noted');
}

/**
 * Fetches what the hook did not tell while the platform had given the page up, once the page is heard again. It comes in the
 * form of the hook and under the platform's ids, so what both tell is one event; what newer things have overtaken is late.
 */
export async function* poll(channel: Channel, tools: Tools): AsyncGenerator<RawCall> {
  while (!tools.signal.aborted) {
    const missed = await tools.state.get<Missed>(missedKey);
    if (missed !== undefined && (await readHook(channel, tools)) !== undefined) {
      yield* fetchMissed(channel, missed.value.sinceMs, tools);
      // Only the outage that was read is over: one that was noted meanwhile is fetched at the next look.
      const over = { ifRevision: missed.revision, expiresAtMs: tools.now() };
      await tools.state.put(missedKey, missed.value, over);
    }
    await pause(lookMs, undefined, { signal: tools.signal }).catch(() => {});
  }
}

async function* fetchMissed(channel: Channel, sinceMs: number, tools: Tools): AsyncGenerator<RawCall> {
  const { accountId: pageId } = channel;
  const message = 'id,message,created_time,from,attachments{mime_type,name,image_data,video_data,file_url}';
  const fields = `updated_time,participants,messages.limit(100){${message}}`;
  const call = callOf({ path: 'me/conversations', query: { fields, platform: 'messenger' } }, channel);
  // The thread that was last changed comes first.
  const isLast = ({ updated_time: atMs = sinceMs }: FetchedThread) => atMs < sinceMs;
  const threads = await readGraphList(threadSchema, call, tools, { pagesMax, isLast });
  for (const { participants, messages } of threads) {
    const personId = participants.data.find(({ id }) => id !== pageId)?.id;
    const missed = messages.data.filter(({ created_time: atMs }) => atMs >= sinceMs);
    if (personId === undefined || missed.length === 0) continue;
    // They come newest first, and many in one second: what is alike in time keeps its order, turned round.
    const oldestFirst = missed.toReversed().toSorted((one, other) => one.created_time - other.created_time);
    const messaging = oldestFirst.map((one) => eventOf(one, { pageId, personId }));
    yield fetchedCall({ object: 'page', entry: [{ id: pageId, time: tools.now(), messaging }] }, tools);
  }
}

/** A message of a thread as the hook would have told it. What the page wrote is an echo: ours are known by their ids. */
function eventOf(
  { id: mid, message = '', created_time: timestamp, from, attachments }: FetchedMessage,
  thread: Thread,
) {
  const [page, person] = [{ id: thread.pageId }, { id: thread.personId }];
  const isEcho = from.id === thread.pageId;
  const files = (attachments?.data ?? []).map((file) => {
    const [type, url] = placeOf(file);
    return { type, payload: { url } };
  });
  const told = { mid, ...(message !== '' && { text: message }), ...(files.length > 0 && { attachments: files }) };
  const ends = isEcho ? { sender: page, recipient: person } : { sender: person, recipient: page };
  return { ...ends, timestamp, message: isEcho ? { ...told, is_echo: true } : told };
}

interface Thread {
  readonly pageId: string;
  readonly personId: string;
}

type File = NonNullable<FetchedMessage['attachments']>['data'][number];

function placeOf({ mime_type: type = '', image_data: image, video_data: video, file_url: url }: File) {
  if (image !== undefined) return ['image', image.url] as const;
  if (video !== undefined) return ['video', video.url] as const;
  return [type.startsWith('audio/') ? 'audio' : 'file', url] as const;
}
