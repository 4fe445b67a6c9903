import { type ChatMessage, GraphError, type HookCaller, type KeptFile } from '@trunkline/testkit/simulator';
import { threadEvent } from './hook.ts';
import { type Button, readSent, type Sent, type SentAttachment } from './message-schema.ts';
import { isOurs, keepFile, newMid, type Page, type Person } from './page.ts';
import { checkTemplate, templateShown } from './templates.ts';
import { type Event, type Fields, limits } from './types.ts';

/** What sending needs beside the page. */
export interface Sending {
  readonly page: Page;
  readonly hook: HookCaller<Event>;
  readonly isPaced: boolean;
  /** When messages went out, in the last second. */
  readonly recent: number[];
}

/** POST /<page>/messages: a message, a private answer to a comment, or an action in the thread. Throws GraphError. */
export async function postMessage(sending: Sending, fields: Fields): Promise<Fields> {
  const { page } = sending;
  const sent = readSent(fields);
  const { comment_id: comment, post_id: post } = sent.recipient;
  const isPrivateReply = comment !== undefined || post !== undefined;
  const person = isPrivateReply ? commenterOf(page, String(comment)) : page.people.get(sent.recipient.id ?? '');
  if (person === undefined) throw new GraphError(100, 'No matching user found', { subcode: 2018001 });
  if (person.isBlocked) throw new GraphError(551, "This person isn't available right now.", { subcode: 1545041 });
  if (sent.sender_action !== undefined) return act(page, person, sent);
  if (!isPrivateReply) checkThread(page, person, sent);
  pace(sending, sent);
  const attachment = sent.message?.attachment;
  const file = attachment === undefined || attachment.type === 'template' ? undefined : await fileFor(page, attachment);
  if (isPrivateReply) answeredPrivately(page, String(comment));
  const message_id = newMid(page);
  show(page, person, { sent, message_id, file });
  tell(sending, person, { sent, message_id });
  return { recipient_id: person.id, message_id };
}

/** Who may be written to now, and by whom. */
function checkThread(page: Page, person: Person, { messaging_type: type = 'RESPONSE', tag, message }: Sent): void {
  if (!isOurs(page, person)) {
    throw new GraphError(10, 'Message failed to send because another app is controlling this thread now.', {
      subcode: 2018300,
    });
  }
  if (type === 'UTILITY') {
    checkTemplate(page, message?.template);
    return;
  }
  if (message?.template !== undefined) throw new GraphError(100, 'Param messaging_type must be UTILITY for a template');
  const silentMs = page.now() - (person.lastActedAtMs ?? Number.NEGATIVE_INFINITY);
  const isOpen = silentMs < (tag === 'HUMAN_AGENT' ? limits.humanAgentMs : limits.windowMs);
  if (!isOpen) throw new GraphError(10, 'This message is sent outside of allowed window.', { subcode: 2018278 });
}

function pace({ page, isPaced, recent }: Sending, { message }: Sent): void {
  if (!isPaced) return;
  const now = page.now();
  while (recent[0] !== undefined && recent[0] <= now - 1_000) recent.shift();
  const isFilm = message?.attachment?.type === 'audio' || message?.attachment?.type === 'video';
  if (recent.length >= (isFilm ? limits.filmsASecond : limits.textsASecond))
    throw new GraphError(613, 'Calls to this api have exceeded the rate limit.');
  recent.push(now);
}

const fetchLimitMs = 5_000;

/** The file of an attachment: an uploaded one by its id, any other fetched from its address. Throws GraphError. */
async function fileFor(page: Page, { type, payload }: Exclude<SentAttachment, { type: 'template' }>): Promise<string> {
  const { attachment_id: id, url = '' } = payload;
  if (id !== undefined) {
    const known = page.attachments.get(id);
    if (known === undefined) throw new GraphError(100, 'Attachment not found', { subcode: 2018074 });
    return known.file;
  }
  const file = await fetch(url, { signal: AbortSignal.timeout(fetchLimitMs) }).then(
    async (response) =>
      response.ok
        ? { bytes: new Uint8Array(await response.arrayBuffer()), mimeType: response.headers.get('content-type') ?? '' }
        : undefined,
    () => undefined,
  );
  if (file === undefined) throw new GraphError(100, 'Failed to fetch the file from the url', { subcode: 2018008 });
  checkSize(type, file);
  return keepFile(page, { ...file, name: new URL(url).pathname.split('/').at(-1) ?? '' });
}

/** Throws GraphError when a file is too large for its kind. */
export function checkSize(type: string, { bytes }: KeptFile): void {
  const most = type === 'image' ? limits.imageBytes : limits.attachmentBytes;
  if (bytes.length > most) throw new GraphError(100, 'Attachment size exceeds allowable limit', { subcode: 2018109 });
}

function commenterOf(page: Page, id: string): Person | undefined {
  const comment = page.comments.get(id);
  if (comment === undefined || comment.isDeleted)
    throw new GraphError(100, `Object with ID '${id}' does not exist`, { subcode: 33 });
  if (comment.isAnsweredPrivately) throw new GraphError(10_900, 'Activity already replied to');
  if (page.now() - comment.createdAtMs > limits.privateReplyMs)
    throw new GraphError(10, 'This message is sent outside of allowed window.', { subcode: 2018278 });
  return page.people.get(comment.from.id);
}

function answeredPrivately(page: Page, id: string): void {
  const comment = page.comments.get(id);
  if (comment !== undefined) comment.isAnsweredPrivately = true;
}

function act({ chats, now }: Page, { id }: Person, { sender_action: action, payload }: Sent): Fields {
  if (action === 'typing_on' || action === 'typing_off')
    chats.of(id).typingUntilMs = action === 'typing_on' ? now() + 20_000 : 0;
  if (action === 'mark_seen')
    for (const one of chats.of(id).messages) if (one.by === 'client') chats.change(id, one.id, { state: 'seen' });
  if (action === 'react' || action === 'unreact') {
    const isThere = payload !== undefined && chats.of(id).messages.some((one) => one.id === payload.message_id);
    if (!isThere) throw new GraphError(100, 'Param payload.message_id is not a message of this thread');
    chats.change(id, payload.message_id, { reactions: action === 'react' ? [payload.reaction ?? '❤'] : [] });
  }
  chats.tell();
  return { recipient_id: id };
}

interface Carried {
  readonly sent: Sent;
  readonly message_id: string;
  readonly file?: string | undefined;
}

/** What the app hears of its own message. */
function tell({ page, hook }: Sending, person: Person, { sent, message_id }: Carried): void {
  const { text, metadata } = sent.message ?? {};
  const echo = {
    mid: message_id,
    is_echo: true,
    app_id: page.appId,
    ...(text && { text }),
    ...(metadata && { metadata }),
  };
  hook.push(threadEvent(page, person, 'message_echoes', { message: echo }));
  if (page.troubles.take(['receipt_missing'], { to: person.id }) !== undefined) return;
  hook.push(
    threadEvent(page, person, 'message_deliveries', { delivery: { mids: [message_id], watermark: page.now() } }),
  );
  page.chats.change(person.id, message_id, { state: 'delivered' });
}

function show(page: Page, { id }: Person, { sent, message_id, file }: Carried): void {
  const { chats } = page;
  const { text, attachment, quick_replies: quick = [], template } = sent.message ?? {};
  const quoted = chats.of(id).messages.find((one) => one.id === sent.reply_to?.mid);
  const kind = attachment?.type === 'template' || attachment === undefined ? undefined : attachment.type;
  chats.add(id, {
    id: message_id,
    by: 'account',
    ...(text && { text }),
    ...(template && templateShown(page, template)),
    ...(file && kind && { media: { kind, file } }),
    ...(quoted && { quote: quoted.text ?? '…' }),
    ...(attachment?.type === 'template' ? cardsOf(attachment.payload) : {}),
    raw: sent,
  });
  chats.of(id).keyboard = quick.map((one) => {
    if (one.content_type === 'text') return [{ id: `quick:${one.payload}`, label: one.title }];
    return [{ id: one.content_type, label: one.content_type === 'user_email' ? 'anna@a.example' : '+79990001122' }];
  });
  chats.tell();
}

function cardsOf(payload: Extract<SentAttachment, { type: 'template' }>['payload']): Partial<ChatMessage> {
  if (payload.template_type === 'button')
    return { text: payload.text, buttons: payload.buttons.map((one) => [shownButton(one)]) };
  const text = payload.elements.map(({ title, subtitle }) => [title, subtitle].filter(Boolean).join('\n')).join('\n\n');
  return { text, buttons: payload.elements.flatMap(({ buttons = [] }) => buttons.map((one) => [shownButton(one)])) };
}

function shownButton(button: Button) {
  if (button.type === 'web_url') return { id: 'url', label: button.title, url: button.url };
  return { id: `${button.type}:${button.payload}`, label: button.title };
}
