import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorError, fetchedCall, type RawCall, readGraphList, type Tools } from '@trunkline/adapter-kit';
import { type Channel, callOf } from './api.ts';
import { type FetchedComment, fetchedSchema, type Post, postSchema } from './types.ts';

/** What was seen of a post. */
interface Seen {
  readonly comments: number;
  readonly atMs: number;
  /** Comments from before are known. */
  readonly sinceMs: number;
}

const dayMs = 24 * 60 * 60_000;
/** Comments become visible late, when they were held back: so far it is looked behind the newest. */
const overlapMs = 60 * 60_000;
/** One that went and one that came are no change of their number: after so long a post is read all the same. */
const rereadMs = 6 * 60 * 60_000;
/** Of 100 posts, comments or answers each. */
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
    yield* fetchOnce(channel, tools, await beginning(tools));
    await tools.state.put('polled', tools.now());
  }
}

/** When it was looked for the first time: nothing from before is told as new, whenever its post is read. */
async function beginning({ state, now }: Tools): Promise<number> {
  const kept = (await state.get<number>('began'))?.value;
  if (kept !== undefined) return kept;
  // The platform tells whole seconds.
  const beganMs = Math.floor(now() / 1_000) * 1_000;
  await state.put('began', beganMs);
  return beganMs;
}

/** Once over all posts that are young enough. */
async function* fetchOnce(channel: Channel, tools: Tools, beganMs: number): AsyncGenerator<RawCall> {
  const { pollDays } = channel.settings;
  for (const post of await postsSince(tools.now() - pollDays * dayMs, channel, tools)) {
    const key = `post:${post.id}`;
    const { comments_count: comments = 0 } = post;
    const seen = (await tools.state.get<Seen>(key))?.value;
    if (seen?.comments === comments && seen.atMs > tools.now() - rereadMs) continue;
    const sinceMs = seen?.sinceMs ?? beganMs;
    const found = (await commentsOf(post, channel, tools)).filter(({ timestamp: at }) => at >= sinceMs);
    if (found.length > 0) yield callOfComments(found, post, channel, tools);
    const newestMs = Math.max(...found.map(({ timestamp: at }) => at));
    const expiresAtMs = tools.now() + 2 * pollDays * dayMs;
    const next: Seen = { comments, atMs: tools.now(), sinceMs: Math.max(sinceMs, newestMs - overlapMs) };
    await tools.state.put(key, next, { expiresAtMs });
  }
}

/** Newest first, and no page further than the time. */
async function postsSince(sinceMs: number, channel: Channel, tools: Tools): Promise<readonly Post[]> {
  const call = callOf({ path: 'me/media', query: { fields: 'id,timestamp,comments_count,permalink' } }, channel);
  const isOld = ({ timestamp }: Post) => timestamp < sinceMs;
  const posts = await readGraphList(postSchema, call, tools, { pagesMax, isLast: isOld });
  return posts.filter((post) => !isOld(post));
}

type Timed = Omit<FetchedComment, 'timestamp'> & { readonly timestamp: number };

/** The comments of a post with their answers, newest first. */
async function commentsOf({ id }: Post, channel: Channel, tools: Tools): Promise<Timed[]> {
  const query = { fields: `${author},replies.limit(100){${author}}` };
  const call = callOf({ path: `${id}/comments`, query }, channel);
  const tops = await readGraphList(fetchedSchema, call, tools, { pagesMax }).catch(unreadable);
  const found: Timed[] = [];
  for (const { replies, ...top } of tops) {
    const isMore = replies?.paging?.next !== undefined;
    const answers = isMore ? await answersOf(top, channel, tools) : (replies?.data ?? []);
    const whole = answers.map((answer) => ({ ...answer, parent_id: answer.parent_id ?? top.id }));
    for (const comment of [top, ...whole]) found.push({ ...comment, timestamp: millisecondsOf(comment.timestamp) });
  }
  return found;
}

/** The answers beneath a comment, where they are too many to come with it. */
async function answersOf(
  { id }: Pick<FetchedComment, 'id'>,
  channel: Channel,
  tools: Tools,
): Promise<FetchedComment[]> {
  const call = callOf({ path: `${id}/replies`, query: { fields: author } }, channel);
  return await readGraphList(fetchedSchema, call, tools, { pagesMax }).catch(unreadable);
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
  return fetchedCall({ object: 'instagram', entry: [{ id: accountId, time, changes }] }, tools);
}

/** A time that cannot be read is now: better told late than never. */
function millisecondsOf(timestamp: string): number {
  const atMs = Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(atMs) ? Date.now() : atMs;
}
