import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat, ChatState } from '../chat.ts';
import type { Texts } from '../texts.ts';
import { Face } from './face.tsx';
import { Icon, paths } from './icons.tsx';
import { Message } from './message.tsx';
import { shownMessages } from './shown.ts';

interface MessagesProps {
  readonly state: ChatState;
  readonly chat: Chat;
  readonly texts: Texts;
}

const nearEndPx = 80;
const dayMs = 24 * 60 * 60_000;

/** The conversation, the newest at the bottom and in view unless the visitor looks at older ones. */
export function Messages({ state, chat, texts }: MessagesProps) {
  const { items, waiting, look, isTyping, unread } = state;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [isAway, setAway] = useState(false);
  const toEnd = () => {
    const { current } = box;
    if (current && isAtEnd.current) current.scrollTop = current.scrollHeight;
  };
  // Who writes wants to see it, wherever they were.
  useEffect(() => {
    if (waiting.length > 0) isAtEnd.current = true;
    toEnd();
  }, [waiting.length]);
  useEffect(toEnd, [items, waiting, isTyping]);
  const readNow = () => {
    if (document.visibilityState === 'visible' && isAtEnd.current) chat.markRead();
  };
  useEffect(readNow, [items]);
  useEffect(() => {
    const resized = new ResizeObserver(toEnd);
    if (box.current) resized.observe(box.current);
    document.addEventListener('visibilitychange', readNow);
    return () => {
      resized.disconnect();
      document.removeEventListener('visibilitychange', readNow);
    };
  }, []);
  const bySeq = new Map(items.map((item) => [item.seq, item]));
  return (
    <div class="middle">
      <div
        class="messages"
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
        tabIndex={0}
        role="log"
        aria-label={texts.messages}
        aria-live="polite"
        onLoadCapture={toEnd}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
          setAway(!isAtEnd.current);
          readNow();
        }}
      >
        <div class="greeting">
          <Face name={look?.title || texts.messages} />
          <p dir="auto">{look?.greeting || texts.greeting}</p>
        </div>
        <ul>
          {shownMessages(state).map((shown) => (
            <Fragment key={shown.item.key}>
              {shown.beginsDay && <li class="day">{dayText(shown.item.atMs, texts)}</li>}
              <Message
                shown={shown}
                quoted={shown.item.replyTo === undefined ? undefined : bySeq.get(shown.item.replyTo)}
                chat={chat}
                texts={texts}
              />
            </Fragment>
          ))}
        </ul>
        {isTyping && (
          <p class="typing">
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>{' '}
            {items.findLast(({ isMine }) => !isMine)?.author || texts.somebody} {texts.typing}
          </p>
        )}
      </div>
      {isAway && (
        <button
          type="button"
          class="to-end"
          onClick={() => {
            isAtEnd.current = true;
            toEnd();
          }}
        >
          <Icon path={paths.down} />
          {unread > 0 ? texts.newMessages(unread) : texts.toEnd}
        </button>
      )}
    </div>
  );
}

function dayText(atMs: number, texts: Texts): string {
  const daysAgo = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(atMs).setHours(0, 0, 0, 0)) / dayMs);
  if (daysAgo === 0) return texts.today;
  if (daysAgo === 1) return texts.yesterday;
  const year = daysAgo > 300 ? { year: 'numeric' as const } : {};
  return new Date(atMs).toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long', ...year });
}
