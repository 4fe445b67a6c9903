import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat, ChatState } from '../chat.ts';
import type { Texts } from '../texts.ts';
import { Composer } from './composer.tsx';
import { Face } from './face.tsx';
import { Icon, paths } from './icons.tsx';
import { Messages } from './messages.tsx';

interface WindowProps {
  readonly state: ChatState;
  readonly chat: Chat;
  readonly texts: Texts;
  /** False where the page opened it: the visitor's place on the page is not taken from them. */
  readonly takesFocus: boolean;
  /** It covers the whole page: the keyboard stays inside until Esc or its button closes it. */
  readonly isModal: boolean;
  readonly onClose: () => void;
}

const reachable = 'button:not([disabled]), a[href], textarea, [tabindex="0"]';

/** The open chat. */
export function Window({ state, chat, texts, takesFocus, isModal, onClose }: WindowProps) {
  const [file, setFile] = useState<File>();
  const [problem, setProblem] = useState('');
  const [isOver, setOver] = useState(false);
  const dialog = useRef<HTMLDivElement>(null);
  const maxMiB = state.look?.maxFileMiB ?? 20;
  useEffect(() => {
    if (takesFocus) dialog.current?.querySelector('textarea')?.focus();
  }, []);
  const choose = (chosen: File | undefined) => {
    const isTooLarge = chosen !== undefined && chosen.size > maxMiB * 1024 * 1024;
    setProblem(isTooLarge ? texts.tooLarge(maxMiB) : '');
    setFile(isTooLarge ? undefined : chosen);
    if (chosen) dialog.current?.querySelector('textarea')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    if (isModal && dialog.current) keepInside(event, dialog.current);
  };
  const title = state.look?.title || texts.messages;
  return (
    <div
      class={isOver ? 'window over' : 'window'}
      ref={dialog}
      role="dialog"
      aria-modal={isModal}
      aria-label={title}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!dialog.current?.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        choose(event.dataTransfer?.files[0]);
      }}
    >
      <Heading title={title} state={state} texts={texts} onClose={onClose} />
      <Trouble state={state} chat={chat} texts={texts} />
      <Messages state={state} chat={chat} texts={texts} />
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer chat={chat} file={file} onFile={choose} texts={texts} isOff={state.refusal !== undefined} />
      {isOver && <p class="drop">{texts.dropHere}</p>}
    </div>
  );
}

type HeadingProps = Pick<WindowProps, 'state' | 'texts' | 'onClose'> & { readonly title: string };

function Heading({ title, state: { link, refusal }, texts, onClose }: HeadingProps) {
  const shown = refusal === undefined ? link : 'offline';
  const words = { idle: '', connecting: texts.connecting, online: texts.online, offline: texts.offline };
  return (
    <header>
      <Face name={title} />
      <div class="heading">
        <h2 dir="auto">{title}</h2>
        <p class={`link ${shown}`} role="status">
          {refusal === undefined ? words[link] : texts.refused}
        </p>
      </div>
      <button type="button" class="round" aria-label={texts.close} onClick={onClose}>
        <Icon path={paths.down} />
      </button>
    </header>
  );
}

function Trouble({ state: { link, refusal }, chat, texts }: Pick<WindowProps, 'state' | 'chat' | 'texts'>) {
  if (refusal !== undefined || link !== 'offline') return null;
  return (
    <p class="trouble">
      <span>{texts.offlineKept}</span>
      <button type="button" class="plain" onClick={chat.reconnect}>
        {texts.reconnect}
      </button>
    </p>
  );
}

function keepInside(event: KeyboardEvent, dialog: HTMLElement): void {
  if (event.key !== 'Tab') return;
  const stops = [...dialog.querySelectorAll<HTMLElement>(reachable)];
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  const root = dialog.getRootNode() as ShadowRoot;
  if (root.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
