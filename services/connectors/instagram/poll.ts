import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorError, type RawCall, readGraphList, type Tools } from '@trunkline/adapter-kit';
import { ask, type Channel, callOf } from './api.ts';
import { type FetchedComment, fetchedSchema, type Post, postsSchema } from './types.ts';

/** What was seen of a post. */
interface Seen {
  readonly comments: number;
  /** Comments from before are known. */
  readonly sinceMs: number;
}

const dayMs = 24 * 60 * 60_000;
/** Comments become visible late, when they were held back: so far it is looked behind the newest. */
const overlapMs = 60 * 60_000;
/** Of 100 comments each. */
const pagesMax = 5;
const author = 'id,text,username,timestamp,from,parent_id';

/**
 * Fetches the comments that the hook does not tell (of private accounts, of some advertisements, of an outage): of posts whose
 * number of comments has changed. They come in the form of the hook, so that one that both tell is one event.
 */
export async function* poll(channel: Channel, tools: Tools): AsyncGenerator<RawCall> {
  const everyMs = channel.settings.pollMinutes * 60_000;
  while (!tools.signal.aborted) {
    const last = (await tools.state.get<number>('polled'))?.value;
    const waitMs = last === undefined ? 0 : last + everyMs - tools.now();
    if (waitMs > 0) await pause(waitMs, undefined, { signal: tools.signal }).catch(() => {});
    if (tools.signal.aborted) return;
    yield* fetchOnce(channel, tools, last === undefined);
    await tools.state.put('polled', tools.now());
  }
}

/** Once over all posts that are young enough. At the very first time nothing that was there before is told as new. */
async function* fetchOnce(channel: Channel, tools: Tools, isFirst: boolean): AsyncGenerator<RawCall> {
  const query = { fields: 'id,timestamp,comments_count,permalink', limit: '25' };
  const { data: posts } = await ask(postsSchema, { path: 'me/media', query }, channel, tools);
  const { pollDays } = channel.settings;
  for (const post of posts) {
    const { id, comments_count: comments = 0, timestamp } = post;
    const key = `post:${id}`;
    const seen = (await tools.state.get<Seen>(key))?.value;
    if (timestamp < tools.now() - pollDays * dayMs || seen?.comments === comments) continue;
    // The platform tells whole seconds.
    const sinceMs = seen?.sinceMs ?? (isFirst ? Math.floor(tools.now() / 1_000) * 1_000 : 0);
    const found = isFirst ? [] : (await commentsOf(post, channel, tools)).filter(({ timestamp: at }) => at >= sinceMs);
    if (found.length > 0) yield callOfComments(found, post, channel, tools);
    const newestMs = Math.max(...found.map(({ timestamp: at }) => at));
    const expiresAtMs = tools.now() + 2 * pollDays * dayMs;
    const next: Seen = { comments, sinceMs: Math.max(sinceMs, newestMs - overlapMs) };
    await tools.state.put(key, next, { expiresAtMs });
  }
}

type Timed = Omit<FetchedComment, 'timestamp'> & { readonly timestamp: number };

/** The comments of a post with their answers, newest first. */
async function commentsOf({ id }: Post, channel: Channel, tools: Tools): Promise<Timed[]> {
  const query = { fields: `${author},replies{${author}}` };
  const call = callOf({ path: `${id}/comments`, query }, channel);
  const tops = await readGraphList(fetchedSchema, call, tools, pagesMax).catch(unreadable);
  return tops.flatMap(({ replies, ...top }) => {
    const answers = (replies?.data ?? []).map((answer) => ({ ...answer, parent_id: answer.parent_id ?? top.id }));
    return [top, ...answers].map((comment) => ({ ...comment, timestamp: millisecondsOf(comment.timestamp) }));
  });
}

/** A post that is gone, or closed to us, does not keep the others from being read. */
function unreadable(error: unknown): never[] {
  const isOfPost = error instanceof ConnectorError && ofPost.has(error.code);
  if (isOfPost) return [];
  throw error;
}

const ofPost: ReadonlySet<string> = new Set(['recipient_invalid', 'content_invalid', 'permission']);

function callOfComments(
  found: readonly Timed[],
  { id, permalink }: Post,
  { accountId }: Channel,
  tools: Tools,
): RawCall {
  const oldestFirst = found.toSorted((one, other) => one.timestamp - other.timestamp);
  const changes = oldestFirst.map(({ timestamp, ...comment }) => {
    const media = { id, ...(permalink !== undefined && { permalink }) };
    return { field: 'comments', value: { ...comment, timestamp: new Date(timestamp).toISOString(), media } };
  });
  const time = Math.floor(tools.now() / 1_000);
  const body = Buffer.from(JSON.stringify({ object: 'instagram', entry: [{ id: accountId, time, changes }] }));
  return { method: 'POST', path: '', query: {}, headers: {}, body, receivedAtMs: tools.now() };
}

/** A time that cannot be read is now: better told late than never. */
function millisecondsOf(timestamp: string): number {
  const atMs = Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(atMs) ? Date.now() : atMs;
}
