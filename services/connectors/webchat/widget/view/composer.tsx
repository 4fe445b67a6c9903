import { useRef, useState } from 'preact/hooks';
import type { Texts } from '../texts.ts';
import { sizeOf } from './attachment.tsx';
import { Icon, paths } from './icons.tsx';

interface ComposerProps {
  readonly onWrite: (text: string, file?: File) => void;
  readonly file: File | undefined;
  /** Takes the file to attach, or none. */
  readonly onFile: (file: File | undefined) => void;
  readonly texts: Texts;
}

const textMax = 10_000;

/** Where the visitor writes: Enter sends, Shift+Enter makes a line; files by button, drop or paste. */
export function Composer({ onWrite, file, onFile, texts }: ComposerProps) {
  const [text, setText] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const send = () => {
    if (text.trim() === '' && !file) return;
    onWrite(text.trim(), file);
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
      {file && (
        <div class="chosen">
          <Icon path={paths.file} />
          <span class="name">{file.name}</span>
          <span class="size">{sizeOf(file.size)}</span>
          <button type="button" aria-label={texts.remove} onClick={() => onFile(undefined)}>
            <Icon path={paths.close} />
          </button>
        </div>
      )}
      <div class="line">
        <button type="button" class="round" aria-label={texts.attach} onClick={() => picker.current?.click()}>
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
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
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
        <button type="submit" class="round send" aria-label={texts.send} disabled={text.trim() === '' && !file}>
          <Icon path={paths.send} />
        </button>
      </div>
    </form>
  );
}
