import { fetchedCall, type RawCall, readGraphList, type Tools } from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import type { Missing } from './poll-missing.ts';
import { type FetchedMessage, type FetchedThread, threadSchema } from './types.ts';

/** Of 100 threads each. */
const pagesMax = 5;

/** What was written in threads, as the hook would have told it: a call a thread, in order. Throws ConnectorError. */
export async function* missingMessages(channel: Channel, missing: Missing, tools: Tools): AsyncGenerator<RawCall> {
  const { accountId: pageId } = channel;
  const { sinceMs, leave } = missing;
  const message = 'id,message,created_time,from,attachments{mime_type,name,image_data,video_data,file_url}';
  const fields = `updated_time,participants,messages.limit(100){${message}}`;
  const call = callOf({ path: 'me/conversations', query: { fields, platform: 'messenger' } }, channel);
  // The thread that was last changed comes first.
  const isLast = ({ updated_time: atMs = sinceMs }: FetchedThread) => atMs < sinceMs;
  const onCut = () => leave('threads beyond the newest 500');
  const threads = await readGraphList(threadSchema, call, tools, { pagesMax, isLast, onCut });
  for (const { participants, messages } of threads) {
    const personId = participants.data.find(({ id }) => id !== pageId)?.id;
    const missed = messages.data.filter(({ created_time: atMs }) => atMs >= sinceMs);
    if (personId === undefined || missed.length === 0) continue;
    const isCut = missed.length === messages.data.length && messages.paging?.next !== undefined;
    if (isCut) leave('messages beyond the newest 100 of a thread');
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
