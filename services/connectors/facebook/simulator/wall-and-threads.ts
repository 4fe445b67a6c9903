import type { Page, Person, Post } from './page.ts';
import { pageOf } from './pages.ts';
import type { Fields } from './types.ts';

const messagesMax = 100;

/** GET /me/conversations: the threads with their newest messages; those that changed last come first. */
export function conversations(page: Page, url: string, fields: Fields): Fields {
  const writing = [...page.people.values()].filter(({ id }) => page.chats.of(id).messages.length > 0);
  const threads = writing.map((person) => threadOf(page, person, url));
  const newestFirst = threads.toSorted((one, other) => other.atMs - one.atMs).map(({ thread }) => thread);
  return pageOf(newestFirst, fields);
}

function threadOf({ chats, id, name, now }: Page, person: Person, url: string) {
  const newestFirst = chats.of(person.id).messages.toReversed();
  const atMs = newestFirst[0]?.atMs ?? now();
  const data = newestFirst.slice(0, messagesMax).map((one) => ({
    id: one.id,
    message: one.text ?? '',
    ...(one.media && { attachments: { data: [attached(one.media, `${url}/cdn/${one.media.file}`)] } }),
    created_time: new Date(one.atMs).toISOString(),
    from: one.by === 'client' ? { id: person.id, name: person.name } : { id, name },
  }));
  const more = newestFirst.length > messagesMax ? { paging: { next: `${url}/more` } } : {};
  const participants = {
    data: [
      { id: person.id, name: person.name },
      { id, name },
    ],
  };
  const thread = { id: `t_${person.id}`, updated_time: new Date(atMs).toISOString(), participants };
  return { atMs, thread: { ...thread, messages: { data, ...more } } };
}

function attached({ kind, name }: { readonly kind: string; readonly name?: string | undefined }, url: string): Fields {
  const place =
    kind === 'image' || kind === 'video' ? { [`${kind}_data`]: { url, width: 1, height: 1 } } : { file_url: url };
  return { id: url, name, mime_type: kind === 'audio' ? 'audio/mp4' : 'application/octet-stream', ...place };
}

/** GET /me/feed: posts of the page and of visitors, newest first. The time of a post changes with each comment. */
export function listPosts(page: Page, fields: Fields): Fields {
  const posts = [...page.posts.values()].toReversed().toSorted((one, other) => other.createdAtMs - one.createdAtMs);
  return pageOf(
    posts.map((post) => postShown(page, post)),
    fields,
  );
}

function postShown({ comments }: Page, { id, from, message, createdAtMs }: Post): Fields {
  const own = [...comments.values()].filter(({ postId }) => postId === id).map((one) => one.createdAtMs);
  return {
    ...{ id, from, message, permalink_url: `https://www.facebook.com/${id}` },
    created_time: new Date(createdAtMs).toISOString(),
    updated_time: new Date(Math.max(createdAtMs, ...own)).toISOString(),
  };
}
