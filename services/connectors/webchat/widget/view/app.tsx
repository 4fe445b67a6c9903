import { textOn } from '@trunkline/adapter-kit/page';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import type { Texts } from '../texts.ts';
import { Icon, paths } from './icons.tsx';
import { Window } from './window.tsx';

interface AppProps {
  readonly chat: Chat;
  readonly texts: Texts;
  readonly color: string | undefined;
  readonly opensAtOnce: boolean;
  /** It stays in a part of the page. */
  readonly isInside: boolean;
}

/** The button in the corner and the window that it opens. */
export function App({ chat, texts, color, opensAtOnce, isInside }: AppProps) {
  const [state, setState] = useState(chat.state);
  const [isOpen, setOpen] = useState(opensAtOnce);
  const [wasPressed, setPressed] = useState(false);
  const launcher = useRef<HTMLButtonElement>(null);
  useEffect(() => chat.subscribe(() => setState(chat.state())), [chat]);
  useEffect(() => {
    if (isOpen) chat.start();
  }, [isOpen]);
  const accent = state.look?.color ?? color ?? '#2563eb';
  const close = () => {
    setOpen(false);
    setPressed(true);
    launcher.current?.focus();
  };
  const label = state.unread > 0 ? texts.openUnread(state.unread) : texts.open;
  return (
    <div class="trunkline" style={{ '--accent': accent, '--on-accent': textOn(accent) }}>
      {isOpen && (
        <Window
          state={state}
          chat={chat}
          texts={texts}
          takesFocus={wasPressed}
          isModal={!isInside && matchMedia('(max-width: 520px)').matches}
          onClose={close}
        />
      )}
      <button
        ref={launcher}
        type="button"
        class={isOpen ? 'launcher open' : 'launcher'}
        aria-label={isOpen ? texts.close : label}
        aria-expanded={isOpen}
        onClick={() => {
          setPressed(true);
          setOpen(!isOpen);
        }}
      >
        <Icon path={isOpen ? paths.close : paths.chat} />
        {!isOpen && state.unread > 0 && <span class="badge">{state.unread > 99 ? '99+' : state.unread}</span>}
      </button>
    </div>
  );
}
