import { type ChatMessage, GraphError, type HookCaller, type KeptFile } from '@trunkline/testkit/simulator';
import { type Account, type Comment, keepFile, newMid, type Person } from './account.ts';
import { threadEvent } from './hook.ts';
import { type Attachment, type Button, readSent, type Sent } from './message-schema.ts';
import { type Event, type Fields, limits, sendable } from './types.ts';

/** What sending needs beside the account. */
export interface Sending {
  readonly account: Account;
  readonly hook: HookCaller<Event>;
  readonly isPaced: boolean;
  /** Undefined where there is no file. */
  readonly fetchFile: (url: string) => Promise<KeptFile | undefined>;
  /** When messages, and private replies, went out lately. */
  readonly recent: { readonly messages: number[]; readonly replies: number[] };
}

/** POST /<account>/messages: a message, a private reply to a comment, or an action in the thread. Throws GraphError. */
export async function postMessage(sending: Sending, fields: Fields): Promise<Fields> {
  const { account } = sending;
  const sent = readSent(fields);
  const comment =
    sent.recipient.comment_id === undefined ? undefined : commentToAnswer(account, sent.recipient.comment_id);
  const person = account.people.get(comment?.from.id ?? sent.recipient.id ?? '');
  if (person === undefined) throw new GraphError(100, 'No matching Instagram user', { subcode: 2534014 });
  if (person.isBlocked) throw new GraphError(551, "This person isn't available right now.", { subcode: 1545041 });
  if (sent.sender_action !== undefined) return act(account, person, sent);
  if (comment === undefined) checkWindow(account, person, sent);
  pace(sending, sent, comment !== undefined);
  const file = await fileFor(sending, sent.message?.attachment);
  if (comment !== undefined) comment.isAnsweredPrivately = true;
  const message_id = newMid(account);
  show(account, person, { sent, message_id, file });
  const { text, attachment } = sent.message ?? {};
  const what = text === undefined ? { attachments: [{ type: attachment?.type, payload: {} }] } : { text };
  sending.hook.push(threadEvent(account, person, 'messages', { message: { mid: message_id, is_echo: true, ...what } }));
  return { recipient_id: person.id, message_id };
}

function checkWindow({ now }: Account, { lastActedAtMs = Number.NEGATIVE_INFINITY }: Person, { tag }: Sent): void {
  const isOpen = now() - lastActedAtMs < (tag === 'HUMAN_AGENT' ? limits.humanAgentMs : limits.windowMs);
  if (!isOpen) throw new GraphError(10, 'This message is sent outside of allowed window.', { subcode: 2018278 });
}

function commentToAnswer({ comments, now }: Account, id: string): Comment {
  const comment = comments.get(id);
  if (comment === undefined) throw new GraphError(100, `Object with ID '${id}' does not exist`, { subcode: 33 });
  if (comment.isAnsweredPrivately) throw new GraphError(10_900, 'Activity already replied to');
  if (now() - comment.atMs > limits.privateReplyMs)
    throw new GraphError(10, 'This message is sent outside of allowed window.', { subcode: 2018278 });
  return comment;
}

function pace({ account, isPaced, recent }: Sending, { message }: Sent, isPrivateReply: boolean): void {
  if (!isPaced) return;
  const isFilm = message?.attachment?.type === 'audio' || message?.attachment?.type === 'video';
  count(recent.messages, account.now(), 1_000, isFilm ? limits.filmsASecond : limits.sendsASecond);
  if (isPrivateReply) count(recent.replies, account.now(), 60 * 60_000, limits.privateRepliesAnHour);
}

function count(recent: number[], now: number, forMs: number, most: number): void {
  while (recent[0] !== undefined && recent[0] <= now - forMs) recent.shift();
  if (recent.length >= most) throw new GraphError(613, 'Calls to this api have exceeded the rate limit.');
  recent.push(now);
}

const fetchLimitMs = 5_000;

/** Fetches what an address names. */
export async function fetchFile(url: string): Promise<KeptFile | undefined> {
  return await fetch(url, { signal: AbortSignal.timeout(fetchLimitMs) }).then(
    async (response) =>
      response.ok
        ? { bytes: new Uint8Array(await response.arrayBuffer()), mimeType: response.headers.get('content-type') ?? '' }
        : undefined,
    () => undefined,
  );
}

/** Keeps what an address names, as far as it may be sent. Throws GraphError. */
async function fileFor(
  { account, ...sending }: Sending,
  attachment: Attachment | undefined,
): Promise<string | undefined> {
  if (attachment?.type === 'MEDIA_SHARE' && !account.posts.has(attachment.payload.id))
    throw new GraphError(100, 'Param payload.id is no post of this account');
  if (attachment === undefined || !('payload' in attachment) || !('url' in attachment.payload)) return undefined;
  const { type, payload } = attachment;
  const file = await sending.fetchFile(payload.url);
  if (file === undefined) throw new GraphError(100, 'Failed to fetch the file from the url', { subcode: 2018008 });
  if (!sendable[type]?.includes(file.mimeType.split(';')[0] ?? ''))
    throw new GraphError(100, `Unsupported ${type} type ${file.mimeType}`, { subcode: 2018047 });
  const most = type === 'image' ? limits.imageBytes : limits.fileBytes;
  if (file.bytes.length > most)
    throw new GraphError(100, 'Attachment size exceeds allowable limit', { subcode: 2018109 });
  return keepFile(account, { ...file, name: new URL(payload.url).pathname.split('/').at(-1) ?? '' });
}

function act({ chats, now }: Account, { id }: Person, { sender_action: action, payload }: Sent): Fields {
  if (action === 'typing_on' || action === 'typing_off')
    chats.of(id).typingUntilMs = action === 'typing_on' ? now() + 20_000 : 0;
  if (action === 'mark_seen')
    for (const one of chats.of(id).messages) if (one.by === 'client') chats.change(id, one.id, { state: 'seen' });
  if (action === 'react' || action === 'unreact') {
    const isThere = payload !== undefined && chats.of(id).messages.some((one) => one.id === payload.message_id);
    if (!isThere) throw new GraphError(100, 'Param payload.message_id is not a message of this thread');
    chats.change(id, payload.message_id, { reactions: action === 'react' ? ['❤'] : [] });
  }
  chats.tell();
  return { recipient_id: id };
}

interface Shown {
  readonly sent: Sent;
  readonly message_id: string;
  readonly file: string | undefined;
}

function show({ chats }: Account, { id }: Person, { sent, message_id, file }: Shown): void {
  const { text, attachment, quick_replies: quick = [] } = sent.message ?? {};
  const quoted = chats.of(id).messages.find((one) => one.id === sent.reply_to?.mid);
  chats.add(id, {
    id: message_id,
    by: 'account',
    ...(text && { text }),
    ...(attachment && contentOf(attachment, file)),
    ...(quoted && { quote: quoted.text ?? '…' }),
    raw: sent,
  });
  chats.of(id).keyboard = quick.map(({ payload, title }) => [{ id: `quick:${payload}`, label: title }]);
  chats.tell();
}

function contentOf(attachment: Attachment, file: string | undefined): Partial<ChatMessage> {
  switch (attachment.type) {
    case 'like_heart':
      return { text: '❤' };
    case 'MEDIA_SHARE':
      return { text: `[post ${attachment.payload.id}]` };
    case 'template': {
      const { payload } = attachment;
      if (payload.template_type === 'button')
        return { text: payload.text, buttons: payload.buttons.map((one) => [shownButton(one)]) };
      const text = payload.elements
        .map(({ title, subtitle }) => [title, subtitle].filter(Boolean).join('\n'))
        .join('\n\n');
      return {
        text,
        buttons: payload.elements.flatMap(({ buttons = [] }) => buttons.map((one) => [shownButton(one)])),
      };
    }
    default:
      return file === undefined ? {} : { media: { kind: attachment.type, file } };
  }
}

function shownButton(button: Button) {
  if (button.type === 'web_url') return { id: 'url', label: button.title, url: button.url };
  return { id: `postback:${button.payload}`, label: button.title };
}
