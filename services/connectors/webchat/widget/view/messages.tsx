import { useEffect, useRef } from 'preact/hooks';
import type { Chat, ChatState } from '../chat.ts';
import type { Texts } from '../texts.ts';
import { Message, WaitingMessage } from './message.tsx';

interface MessagesProps {
  readonly state: ChatState;
  readonly chat: Chat;
  readonly texts: Texts;
}

const nearEndPx = 80;

/** The conversation, the newest at the bottom and in view unless the visitor looks at older ones. */
export function Messages({ state, chat, texts }: MessagesProps) {
  const { items, waiting, look, isTyping, seenUpTo } = state;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const toEnd = () => {
    const { current } = box;
    if (current && isAtEnd.current) current.scrollTop = current.scrollHeight;
  };
  useEffect(toEnd, [items, waiting, isTyping]);
  const readNow = () => {
    if (document.visibilityState === 'visible' && isAtEnd.current) chat.markRead();
  };
  useEffect(readNow, [items]);
  useEffect(() => {
    document.addEventListener('visibilitychange', readNow);
    return () => document.removeEventListener('visibilitychange', readNow);
  }, []);
  const bySeq = new Map(items.map((item) => [item.seq, item]));
  return (
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
        readNow();
      }}
    >
      {look?.greeting && (
        <p class="greeting" dir="auto">
          {look.greeting}
        </p>
      )}
      <ul>
        {items.map((item, index) => (
          <Message
            key={item.key}
            item={item}
            quoted={item.replyTo === undefined ? undefined : bySeq.get(item.replyTo)}
            isFirst={items[index - 1]?.isMine !== item.isMine || items[index - 1]?.author !== item.author}
            seenUpTo={seenUpTo}
            chat={chat}
            texts={texts}
          />
        ))}
        {waiting.map((each) => (
          <WaitingMessage key={each.frame.cid} waiting={each} chat={chat} texts={texts} />
        ))}
      </ul>
      {isTyping && (
        <p class="typing">
          {items.findLast(({ isMine }) => !isMine)?.author || texts.somebody} {texts.typing}
        </p>
      )}
    </div>
  );
}
