import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat, ChatState } from '../chat.ts';
import type { Texts } from '../texts.ts';
import { Composer } from './composer.tsx';
import { Icon, paths } from './icons.tsx';
import { Messages } from './messages.tsx';

interface WindowProps {
  readonly state: ChatState;
  readonly chat: Chat;
  readonly texts: Texts;
  /** False where the page opened it: the visitor's place on the page is not taken from them. */
  readonly takesFocus: boolean;
  readonly onClose: () => void;
}

const reachable = 'button:not([disabled]), a[href], textarea, [tabindex="0"]';

/** The open chat: a dialog that keeps the keyboard inside until Esc or its button closes it. */
export function Window({ state, chat, texts, takesFocus, onClose }: WindowProps) {
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
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return onClose();
    if (event.key !== 'Tab' || !dialog.current) return;
    const stops = [...dialog.current.querySelectorAll<HTMLElement>(reachable)];
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    const root = dialog.current.getRootNode() as ShadowRoot;
    if (root.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  };
  const title = state.look?.title || texts.messages;
  return (
    <div
      class={isOver ? 'window over' : 'window'}
      ref={dialog}
      role="dialog"
      aria-label={title}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        choose(event.dataTransfer?.files[0]);
      }}
    >
      <header>
        <h2 dir="auto">{title}</h2>
        <button type="button" class="round" aria-label={texts.close} onClick={onClose}>
          <Icon path={paths.down} />
        </button>
      </header>
      <p class="link" role="status">
        {linkText(state, texts)}
      </p>
      <Messages state={state} chat={chat} texts={texts} />
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {isOver && <p class="drop">{texts.dropHere}</p>}
      <Composer onWrite={chat.write} file={file} onFile={choose} texts={texts} />
    </div>
  );
}

function linkText({ link, refusal }: ChatState, texts: Texts): string {
  if (refusal !== undefined) return refusal || texts.refused;
  if (link === 'offline') return texts.offline;
  return link === 'connecting' ? texts.connecting : '';
}
