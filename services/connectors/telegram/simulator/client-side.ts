import type { ChatButton, ChatMessage, ClientSide, MenuItem } from '@trunkline/testkit/simulator';
import { htmlOf } from './client-html.ts';
import { faultKinds, faultSentences } from './faults.ts';
import type { MediaKind } from './media.ts';
import { readScreen, type Screen } from './screen.ts';
import { actions, type SimulatedBot } from './simulated-bot.ts';
import type { Fields } from './types.ts';

const menu: readonly MenuItem[] = [
  {
    label: 'Start by a link…',
    action: 'start',
    ask: { field: 'payload', label: 'What the link carries', proposal: 'shop-42' },
  },
  { label: 'Share my number', action: 'shareContact', given: { phone: '+79990001122' } },
  { label: 'Share my place', action: 'shareLocation', given: { latitude: 55.7512, longitude: 37.6184 } },
  {
    label: 'Change my last message…',
    action: 'edit',
    about: 'own',
    ask: { field: 'text', label: 'New text', proposal: 'Hello!' },
  },
  { label: 'Block the bot', action: 'block' },
  { label: 'Let the bot in again', action: 'unblock' },
];

/** A bot as the page to write as a client sees it. Its ids are numbers there too. */
export function clientSideOf(bot: SimulatedBot): ClientSide {
  const { state } = bot;
  let changes = 1;
  state.watchers.add(() => {
    changes += 1;
  });
  return {
    id: String(bot.user.id),
    title: bot.user.first_name,
    messenger: 'Telegram',
    actions: {
      ...Object.fromEntries(Object.keys(actions).map((name) => [name, bot[name as keyof typeof actions]])),
      ...asThePageSays(bot),
    },
    menu,
    canReply: true,
    reactions: ['👍', '❤', '🔥'],
    troubles: { sentences: faultSentences, armed: () => faultKinds.filter((kind) => state.faults.isArmed(kind)) },
    hookUrl: () => state.hook?.url,
    view: (chat) => {
      const { title, keyboard, toast, isBlocked, isBotTyping, messages } = readScreen(state, Number(chat));
      return {
        title,
        state: isBlocked ? 'blocked by you' : isBotTyping ? 'is typing…' : '',
        messages: messages.map((message) => shown(message)),
        keyboard: rowsOf(keyboard?.keyboard),
        toast: toast?.text ?? '',
        places: [],
      };
    },
    changed: (after, signal) =>
      new Promise((resolve) => {
        const done = () => {
          state.watchers.delete(done);
          signal.removeEventListener('abort', done);
          resolve(changes);
        };
        if (changes > after || signal.aborted) return done();
        state.watchers.add(done);
        signal.addEventListener('abort', done, { once: true });
      }),
    file: (id) => state.files.get(id) ?? state.files.get(id.replace(/s$/, '')),
  };
}

const kinds: Readonly<Record<string, MediaKind>> = { image: 'photo', file: 'document' };
const firstId = 5_500_000_000;

/** Actions that the page gives other words for. */
function asThePageSays(bot: SimulatedBot): Record<string, (given: never) => unknown> {
  return {
    person: ({ id = firstId + Math.floor(Math.random() * 1e9), name: first_name, ...profile }: Fields) =>
      bot.person({
        ...profile,
        id: Number(id),
        ...(first_name === undefined ? {} : { first_name: String(first_name) }),
      }),
    attach: ({ kind, ...given }: Parameters<SimulatedBot['attach']>[0]) =>
      bot.attach({ ...given, kind: kinds[kind] ?? kind }),
    react: ({ emoji, ...given }: { from: number; message: number; emoji: string | readonly string[] }) =>
      bot.react({ ...given, emoji: [emoji].flat().filter((one) => one !== '') }),
    fail: ({ kind, ...given }: Parameters<SimulatedBot['fail']>[0]) =>
      bot.fail({ ...faultDefaults[kind], kind, ...given } as Parameters<SimulatedBot['fail']>[0]),
  };
}

/** What a switch on the page says of a fault beside its kind. */
const faultDefaults: Readonly<Record<string, Fields>> = {
  too_many_requests: { retryAfterSeconds: 3 },
  refusal: { status: 400, description: 'Bad Request: simulated' },
  server_error: { status: 502 },
  slow: { delayMs: 3_000 },
  late_answer: { delayMs: 3_000 },
  file_redirect: { to: 'http://169.254.169.254/' },
  repeated_update: { copies: 2 },
  reversed_updates: { count: 3 },
};

function shown(message: Screen['messages'][number]): ChatMessage {
  const {
    message_id: id,
    date,
    reply_to_message: reply,
    quote,
    reply_markup: markup,
    edit_date: editedAt,
  } = message as Fields;
  const { isFromBot, reactions } = message;
  const content = contentOf(message);
  const html = htmlOf(message as never);
  const isEmpty = html === '' && Object.keys(content).length === 0;
  const quoted = (quote ?? reply) as Fields | undefined;
  return {
    id: Number(id),
    by: isEmpty ? 'note' : isFromBot ? 'account' : 'client',
    atMs: Number(date) * 1_000,
    ...(isEmpty ? { text: 'service message' } : content),
    ...(html === '' ? {} : { html, text: String(message.text ?? message.caption) }),
    ...(quoted && { quote: String(quoted.text ?? quoted.caption ?? '…') }),
    buttons: rowsOf((markup as Fields | undefined)?.inline_keyboard),
    reactions,
    isEdited: editedAt !== undefined,
  };
}

function contentOf(message: Fields): Partial<ChatMessage> {
  const {
    photo,
    sticker,
    document: file,
    location,
    venue,
    contact,
    poll,
  } = message as Record<string, Fields | undefined>;
  const { video, animation, video_note: round, voice, audio } = message as Record<string, Fields | undefined>;
  const film = video ?? animation ?? round;
  const sound = voice ?? audio;
  if (photo) return { media: mediaOf('image', (photo as unknown as Fields[]).at(-1)) };
  if (sticker) return { media: mediaOf('sticker', sticker) };
  if (film) return { media: mediaOf('video', film) };
  if (sound) return { media: mediaOf('audio', sound) };
  if (file) return { media: mediaOf('file', file) };
  if (location)
    return {
      place: {
        latitude: Number(location.latitude),
        longitude: Number(location.longitude),
        title: String(venue?.title ?? ''),
      },
    };
  if (contact) return { card: { name: String(contact.first_name), phone: String(contact.phone_number) } };
  return poll
    ? { text: `📊 ${poll.question}\n${(poll.options as { text: string }[]).map(({ text }) => `○ ${text}`).join('\n')}` }
    : {};
}

function mediaOf(
  kind: NonNullable<ChatMessage['media']>['kind'],
  file: Fields | undefined,
): NonNullable<ChatMessage['media']> {
  return { kind, file: String(file?.file_id), name: String(file?.file_name ?? '') };
}

function rowsOf(rows: unknown): ChatButton[][] {
  return ((rows ?? []) as (Fields | string)[][]).map((buttons) =>
    buttons.map((button) => {
      const { text, url } = typeof button === 'string' ? { text: button } : (button as { text: string; url?: string });
      return { id: text, label: text, ...(url && { url }) };
    }),
  );
}
