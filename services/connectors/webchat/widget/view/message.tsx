import type { ShownButton } from '../../entries.ts';
import type { Chat, ChatState } from '../chat.ts';
import type { Item } from '../log.ts';
import type { Texts } from '../texts.ts';
import { Attachment } from './attachment.tsx';
import { MarkedText } from './marked-text.tsx';

interface MessageProps {
  readonly item: Item;
  readonly quoted: Item | undefined;
  /** False where the former message is of the same person: the name is not said again. */
  readonly isFirst: boolean;
  readonly seenUpTo: number;
  readonly chat: Chat;
  readonly texts: Texts;
}

/** A message of the log. */
export function Message({ item, quoted, isFirst, seenUpTo, chat, texts }: MessageProps) {
  const { isMine, seq = 0, text, marks, file, buttons, isEdited, isDeleted } = item;
  const author = isMine ? texts.you : item.author || texts.somebody;
  const told = [isEdited && texts.edited, timeOf(item.atMs), isMine && (seq <= seenUpTo ? texts.seen : texts.sent)];
  return (
    <li class={isMine ? 'message mine' : 'message'}>
      {isFirst && <span class={isMine ? 'author hidden' : 'author'}>{author}</span>}
      <div class="bubble">
        {quoted && (
          <blockquote dir="auto">
            <b>{quoted.isMine ? texts.you : quoted.author}</b> {quoted.text || quoted.file?.name}
          </blockquote>
        )}
        {file && <Attachment {...file} url={chat.fileUrl(file.url)} texts={texts} />}
        {isDeleted && <p class="gone">{texts.deleted}</p>}
        {text !== '' && (
          <p dir="auto">
            <MarkedText text={text} marks={marks} />
          </p>
        )}
      </div>
      {buttons.map((row) => (
        <div class="buttons" key={row.map(({ text: label }) => label).join()}>
          {row.map((button) => (
            <MessageButton key={button.text} button={button} item={item} chat={chat} />
          ))}
        </div>
      ))}
      <span class="told">{told.filter(Boolean).join(' · ')}</span>
    </li>
  );
}

function MessageButton({
  button,
  item,
  chat,
}: {
  readonly button: ShownButton;
  readonly item: Item;
  readonly chat: Chat;
}) {
  const { text, url, reply, callback = '' } = button;
  if (url !== undefined) {
    return (
      <a class="button" href={url} target="_blank" rel="noopener noreferrer">
        {text}
      </a>
    );
  }
  const press = () => (reply === undefined ? chat.press(item, callback, text) : chat.write(reply));
  return (
    <button type="button" class="button" onClick={press}>
      {text}
    </button>
  );
}

interface WaitingProps {
  readonly waiting: ChatState['waiting'][number];
  readonly chat: Chat;
  readonly texts: Texts;
}

/** What the visitor wrote and the log does not have yet. */
export function WaitingMessage({ waiting, chat, texts }: WaitingProps) {
  const { frame, file, error, isStored, atMs } = waiting;
  const text = frame.t === 'send' ? frame.text : frame.t === 'press' ? frame.title : frame.name;
  const url = chat.preview(frame.cid) ?? '';
  return (
    <li class={error === undefined ? 'message mine waiting' : 'message mine failed'}>
      <div class="bubble">
        {file && <Attachment {...file} url={url} mimeType={url === '' ? '' : file.mimeType} texts={texts} />}
        {text !== '' && <p dir="auto">{text}</p>}
      </div>
      {error === undefined ? (
        <span class="told">
          {timeOf(atMs)} · {isStored ? texts.sent : texts.waiting}
        </span>
      ) : (
        <span class="told" role="alert">
          {texts.failed}: {error}{' '}
          <button type="button" class="retry" onClick={() => chat.retry(frame.cid)}>
            {texts.retry}
          </button>
        </span>
      )}
    </li>
  );
}

function timeOf(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
