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

/** Black or white, whichever is read better on a colour (#rrggbb). Pure. */
function textOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  // Where both have the same contrast, by WCAG's formula.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
}
