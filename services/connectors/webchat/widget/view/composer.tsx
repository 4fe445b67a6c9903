import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import type { Texts } from '../texts.ts';
import { sizeOf } from './attachment.tsx';
import { Icon, paths } from './icons.tsx';

interface ComposerProps {
  readonly chat: Chat;
  readonly file: File | undefined;
  /** Takes the file to attach, or none. */
  readonly onFile: (file: File | undefined) => void;
  readonly texts: Texts;
  /** Nothing can be written here. */
  readonly isOff: boolean;
}

const textMax = 10_000;
/** From here on the visitor is told how much is left. */
const textMany = 9_500;

/** Where the visitor writes: Enter sends, Shift+Enter makes a line; files by button, drop or paste. */
export function Composer({ chat, file, onFile, texts, isOff }: ComposerProps) {
  const [text, setText] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const isEmpty = text.trim() === '' && !file;
  const send = () => {
    if (isEmpty || isOff) return;
    chat.write(text.trim(), file);
    setText('');
    onFile(undefined);
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {file && <Chosen file={file} texts={texts} onRemove={() => onFile(undefined)} />}
      <div class="line">
        <button
          type="button"
          class="round"
          aria-label={texts.attach}
          disabled={isOff}
          onClick={() => picker.current?.click()}
        >
          <Icon path={paths.clip} />
        </button>
        <input
          ref={picker}
          type="file"
          hidden
          onChange={({ currentTarget }) => {
            onFile(currentTarget.files?.[0]);
            currentTarget.value = '';
          }}
        />
        <textarea
          dir="auto"
          rows={1}
          maxLength={textMax}
          placeholder={texts.write}
          aria-label={texts.write}
          disabled={isOff}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            chat.typing();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
          onPaste={(event) => {
            const [pasted] = event.clipboardData?.files ?? [];
            if (pasted) onFile(pasted);
          }}
        />
        <button type="submit" class="round send" aria-label={texts.send} disabled={isEmpty || isOff}>
          <Icon path={paths.send} />
        </button>
      </div>
      {text.length > textMany && (
        <p class="left" role="status">
          {texts.left(textMax - text.length)}
        </p>
      )}
    </form>
  );
}

interface ChosenProps {
  readonly file: File;
  readonly texts: Texts;
  readonly onRemove: () => void;
}

/** The file that goes with the next message, a picture as a picture. */
function Chosen({ file, texts, onRemove }: ChosenProps) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return setUrl('');
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return (
    <div class="chosen">
      {url === '' ? <Icon path={paths.file} /> : <img src={url} alt="" />}
      <span class="name" dir="auto">
        {file.name}
      </span>
      <span class="size">{sizeOf(file.size)}</span>
      <button type="button" class="round" aria-label={texts.remove} onClick={onRemove}>
        <Icon path={paths.close} />
      </button>
    </div>
  );
}
