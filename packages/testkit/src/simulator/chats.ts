import type { ChatButton, ChatMessage, ChatView } from './client-side.ts';

/** A chat as the simulator keeps it. */
export interface Chat {
  title: string;
  state: string;
  toast: string;
  keyboard: readonly (readonly ChatButton[])[];
  typingUntilMs: number;
  readonly messages: ChatMessage[];
}

/** Chats of one account: what was said there, and who watches. */
export interface Chats {
  /** A chat; it is opened by the first word. */
  of(id: string): Chat;
  has(id: string): boolean;
  /** Adds a message. */
  add(id: string, message: Omit<ChatMessage, 'atMs'>): ChatMessage;
  /** A message that is there. Throws when it is not. */
  find(id: string, message: string | number): ChatMessage;
  /** Changes a message that is there. Throws when it is not. */
  change(id: string, message: string | number, change: Partial<ChatMessage>): ChatMessage;
  /** The chat with this message, if any. */
  chatWith(message: string | number): string | undefined;
  view(id: string, places?: ChatView['places']): ChatView;
  /** Tells those who watch. */
  tell(): void;
  changed(after: number, signal: AbortSignal): Promise<number>;
}

/** Chats without a word yet. */
export function createChats(title: string, now: () => number): Chats {
  const chats = new Map<string, Chat>();
  const watchers = new Set<() => void>();
  let changes = 1;

  function of(id: string): Chat {
    const found = chats.get(id);
    if (found !== undefined) return found;
    const chat: Chat = { title, state: '', toast: '', keyboard: [], typingUntilMs: 0, messages: [] };
    chats.set(id, chat);
    return chat;
  }

  function tell(): void {
    changes += 1;
    for (const watcher of watchers) watcher();
    watchers.clear();
  }

  function indexOf(id: string, message: string | number): number {
    const index = of(id).messages.findIndex((one) => one.id === message);
    if (index < 0) throw new Error(`there is no message ${message} in the chat ${id}`);
    return index;
  }

  return {
    of,
    tell,
    has: (id) => chats.has(id),
    add: (id, message) => {
      const added = { ...message, atMs: now() };
      of(id).messages.push(added);
      if (message.by === 'account') of(id).typingUntilMs = 0;
      tell();
      return added;
    },
    find: (id, message) => of(id).messages[indexOf(id, message)] as ChatMessage,
    change: (id, message, change) => {
      const index = indexOf(id, message);
      const changed = { ...(of(id).messages[index] as ChatMessage), ...change };
      of(id).messages[index] = changed;
      tell();
      return changed;
    },
    chatWith: (message) => [...chats].find(([, { messages }]) => messages.some(({ id }) => id === message))?.[0],
    view: (id, places = []) => {
      const { typingUntilMs, ...chat } = of(id);
      return { ...chat, state: typingUntilMs > now() ? 'is typing…' : chat.state, places };
    },
    changed: (after, signal) =>
      new Promise((resolve) => {
        const done = () => {
          watchers.delete(done);
          signal.removeEventListener('abort', done);
          resolve(changes);
        };
        if (changes > after || signal.aborted) return done();
        watchers.add(done);
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}
