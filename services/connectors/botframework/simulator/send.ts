import { type ChatButton, type ChatMessage, fromBigJson } from '@trunkline/testkit/simulator';
import { z } from 'zod';
import { type Bot, botIdIn, type Conversation, chatOf, conversationOf, keepFile, newActivityId } from './bot.ts';
import { type Activity, channels, type Fields, limits, ServiceError } from './types.ts';

const account = z.object({ id: z.string().min(1), name: z.string().optional() });
const action = z.strictObject({
  type: z.enum([
    'imBack',
    'postBack',
    'messageBack',
    'openUrl',
    'call',
    'signin',
    'downloadFile',
    'playAudio',
    'playVideo',
    'showImage',
    'openApp',
  ]),
  title: z.string().optional(),
  value: z.unknown().optional(),
  text: z.string().optional(),
  displayText: z.string().optional(),
  image: z.string().optional(),
  channelData: z.unknown().optional(),
});
type Action = z.infer<typeof action>;

const attachment = z
  .strictObject({
    contentType: z.string().min(1),
    contentUrl: z.string().min(1).optional(),
    content: z.unknown().optional(),
    name: z.string().optional(),
    thumbnailUrl: z.string().optional(),
  })
  .refine(({ contentUrl, content }) => contentUrl !== undefined || content !== undefined, {
    error: 'needs contentUrl or content',
  })
  .refine(({ contentUrl = '' }) => contentUrl === '' || /^(https?:\/\/|data:)/.test(contentUrl), {
    error: 'contentUrl is no address',
  })
  .refine(({ contentUrl = '' }) => !contentUrl.startsWith('data:') || contentUrl.length <= limits.dataUriBytes, {
    error: 'the data URI is too large',
  });

const sent = z.strictObject({
  type: z.enum(['message', 'typing', 'event', 'endOfConversation', 'messageReaction', 'trace', 'invokeResponse']),
  text: z.string().optional(),
  textFormat: z.enum(['plain', 'markdown', 'xml']).optional(),
  attachments: z.array(attachment).optional(),
  attachmentLayout: z.enum(['list', 'carousel']).optional(),
  suggestedActions: z.strictObject({ to: z.array(z.string()).optional(), actions: z.array(action).min(1) }).optional(),
  from: account.optional(),
  recipient: account.optional(),
  conversation: z.object({ id: z.string() }).optional(),
  entities: z.array(z.object({ type: z.string() })).optional(),
  ...Object.fromEntries(
    [
      ...[
        'id',
        'timestamp',
        'localTimestamp',
        'localTimezone',
        'serviceUrl',
        'channelId',
        'replyToId',
        'locale',
        'speak',
      ],
      ...[
        'inputHint',
        'summary',
        'channelData',
        'value',
        'valueType',
        'name',
        'code',
        'importance',
        'deliveryMode',
        'expiration',
      ],
      ...[
        'label',
        'relatesTo',
        'topicName',
        'listenFor',
        'reactionsAdded',
        'reactionsRemoved',
        'callerId',
        'semanticAction',
      ],
    ].map((name) => [name, z.unknown().optional()]),
  ),
});
type Sent = z.infer<typeof sent> & Activity;

/** Reads an activity to send. Throws ServiceError. */
function read(bot: Bot, conversation: Conversation, body: Buffer): Sent {
  if (body.length > limits.activityBytes) throw new ServiceError(413, 'MessageSizeTooBig', 'Message size too large.');
  const given = parsed(body);
  const result = sent.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ServiceError(400, 'BadSyntax', `${issue?.path.join('.')} ${issue?.message}`);
  }
  const activity = result.data as Sent;
  const { text = '', attachments = [], conversation: named, from, type } = activity;
  if (named !== undefined && named.id !== conversation.id)
    throw new ServiceError(400, 'BadArgument', 'conversation.id is not that of the address.');
  if (from !== undefined && from.id !== botIdIn(bot, conversation.channel))
    throw new ServiceError(400, 'BadArgument', 'from.id is not the bot.');
  if (type === 'message' && text === '' && attachments.length === 0)
    throw new ServiceError(400, 'BadArgument', 'Activity has neither text nor attachments.');
  if ([...text].length > (channels[conversation.channel]?.textMax ?? 0))
    throw new ServiceError(400, 'BadArgument', 'The text is too long for this channel.');
  return activity;
}

function parsed(body: Buffer): Fields {
  try {
    return fromBigJson(body.toString()) as Fields;
  } catch {
    throw new ServiceError(400, 'BadSyntax', 'The body is no JSON.');
  }
}

/** POST …/activities and …/activities/<id>: a new message, or an answer in a thread. Throws ServiceError. */
export function postActivity(
  bot: Bot,
  { id, replyTo, body, isPaced }: { id: string; replyTo?: string; body: Buffer; isPaced: boolean },
): Fields {
  const conversation = conversationOf(bot, id);
  const activity = read(bot, conversation, body);
  if (isPaced) pace(bot, conversation);
  return { id: place(bot, conversation, activity, replyTo) };
}

function place(
  bot: Bot,
  conversation: Conversation,
  activity: Sent,
  replyTo = String(activity.replyToId ?? ''),
): string {
  const id = newActivityId(bot);
  const chat = chatOf(bot, conversation);
  if (activity.type === 'typing') bot.chats.of(chat).typingUntilMs = bot.now() + 3_000;
  if (activity.type !== 'message') {
    bot.chats.tell();
    return id;
  }
  conversation.activities.set(id, { ...activity, id });
  const quoted = bot.chats.of(chat).messages.find((one) => one.id === replyTo);
  bot.chats.add(chat, { id, by: 'account', ...shown(activity), ...(quoted && { quote: quoted.text ?? '…' }) });
  bot.chats.of(chat).keyboard = (activity.suggestedActions?.actions ?? []).map((one) => [shownAction(one)]);
  bot.chats.tell();
  return id;
}

function pace(bot: Bot, { channel, recent }: Conversation): void {
  if (channel !== 'msteams') return;
  const now = bot.now();
  for (const { most, inMs } of limits.teams) {
    const count = recent.filter((atMs) => atMs > now - inMs).length;
    if (count >= most)
      throw new ServiceError(429, 'TooManyRequests', 'API calls quota exceeded.', Math.ceil(inMs / 1_000));
  }
  recent.push(now);
}

/** PUT and DELETE of an activity. Throws ServiceError. */
export function changeActivity(
  bot: Bot,
  { id, activity: which, body }: { id: string; activity: string; body: Buffer | undefined },
): Fields {
  const conversation = conversationOf(bot, id);
  if (channels[conversation.channel]?.canChange !== true)
    throw new ServiceError(405, 'OperationNotSupported', 'This channel does not support it.');
  if (!conversation.activities.has(which))
    throw new ServiceError(404, 'ActivityNotFoundInConversation', 'Activity not found.');
  const chat = chatOf(bot, conversation);
  if (body === undefined) {
    conversation.activities.delete(which);
    bot.chats.change(chat, which, { isDeleted: true });
    return {};
  }
  const activity = read(bot, conversation, body);
  conversation.activities.set(which, { ...activity, id: which });
  bot.chats.change(chat, which, { ...shown(activity), isEdited: true });
  return { id: which };
}

/** POST …/attachments: bytes in base64. Throws ServiceError. */
export function upload(bot: Bot, id: string, body: Buffer): Fields {
  conversationOf(bot, id);
  const { type, name, originalBase64: base64 } = parsed(body);
  if (typeof type !== 'string' || typeof base64 !== 'string')
    throw new ServiceError(400, 'BadArgument', 'type and originalBase64 must be given.');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > limits.uploadBytes)
    throw new ServiceError(413, 'MessageSizeTooBig', 'The attachment is too large.');
  return { id: keepFile(bot, { bytes, mimeType: type, name: String(name ?? 'file') }, true) };
}

/** What a person sees of an activity. */
function shown({ text = '', attachments = [], ...activity }: Sent): Partial<ChatMessage> {
  const [file] = attachments.filter(({ contentUrl }) => contentUrl !== undefined);
  const cards = attachments.flatMap(({ content }) => (content === undefined ? [] : [content as Card]));
  const words = [
    text,
    ...cards.map(({ title, subtitle, text: body }) => [title, subtitle, body].filter(Boolean).join('\n')),
  ];
  const kind = file?.contentType.split('/')[0];
  const media = kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'file';
  const actions = cards.flatMap(({ buttons = [], actions: adaptive = [] }) => [...buttons, ...adaptive.map(asAction)]);
  return {
    text: words.filter((line) => line !== '').join('\n\n'),
    ...(file?.contentUrl !== undefined && { media: { kind: media, url: file.contentUrl, name: file.name ?? '' } }),
    buttons: actions.map((one) => [shownAction(one)]),
    raw: activity,
  };
}

interface Card {
  readonly title?: string;
  readonly subtitle?: string;
  readonly text?: string;
  readonly buttons?: readonly Action[];
  readonly actions?: readonly {
    readonly type: string;
    readonly title?: string;
    readonly data?: unknown;
    readonly url?: string;
  }[];
}

function asAction({ type, title = '', data, url }: NonNullable<Card['actions']>[number]): Action {
  if (type === 'Action.OpenUrl') return { type: 'openUrl', title, value: url };
  return { type: 'postBack', title, value: data };
}

function shownAction({ type, title, value, text, displayText }: Action): ChatButton {
  const label = title ?? String(value);
  return {
    id: JSON.stringify({ type, value, text, displayText }),
    label,
    ...(type === 'openUrl' && { url: String(value) }),
  };
}
