import type { ShownButton } from '../../entries.ts';
import type { Chat } from '../chat.ts';
import type { Item } from '../log.ts';
import type { Texts } from '../texts.ts';
import { Attachment } from './attachment.tsx';
import { Face } from './face.tsx';
import { Icon, paths } from './icons.tsx';
import { MarkedText } from './marked-text.tsx';
import type { Fate, ShownMessage } from './shown.ts';

interface MessageProps {
  readonly shown: ShownMessage;
  readonly quoted: Item | undefined;
  readonly chat: Chat;
  readonly texts: Texts;
}

const icons: Readonly<Record<Fate, string>> = {
  waiting: paths.clock,
  sending: paths.clock,
  failed: paths.alert,
  sent: paths.check,
  seen: paths.checks,
};

/** A message: of the log, or on its way there. */
export function Message({ shown, quoted, chat, texts }: MessageProps) {
  const { item, fate, isFirst, isLast } = shown;
  const { isMine, buttons, author } = item;
  const name = isMine ? texts.you : author || texts.somebody;
  return (
    <li class={['message', isMine && 'mine', fate, isLast && 'last'].filter(Boolean).join(' ')}>
      {isFirst && (
        <span class={isMine ? 'author hidden' : 'author'} dir="auto">
          {name}
        </span>
      )}
      {!isMine && isLast && <Face name={name} url={item.authorUrl ?? ''} />}
      <Bubble item={item} quoted={quoted} chat={chat} texts={texts} />
      {buttons.map((row) => (
        <div class="buttons" key={row.map(({ text }) => text).join()}>
          {row.map((button) => (
            <MessageButton key={button.text} button={button} item={item} chat={chat} />
          ))}
        </div>
      ))}
      {fate === 'failed' ? (
        <Failure shown={shown} chat={chat} texts={texts} />
      ) : (
        <span class={isLast ? 'told' : 'told hidden'}>
          {item.isEdited && `${texts.edited} ·`}
          <Time atMs={item.atMs} />
          {fate && `· ${texts[fate]}`}
          {fate && <Icon path={icons[fate]} />}
        </span>
      )}
    </li>
  );
}

function Bubble({ item, quoted, chat, texts }: Omit<MessageProps, 'shown'> & { readonly item: Item }) {
  const { text, marks, file, cid, isDeleted } = item;
  const urlOf = () => (cid && chat.preview(cid)) || (file?.url ? chat.fileUrl(file.url) : '');
  return (
    <div class={file?.mimeType.startsWith('image/') ? 'bubble pictured' : 'bubble'}>
      {quoted && (
        <blockquote dir="auto">
          <b>{quoted.isMine ? texts.you : quoted.author}</b> {quoted.text || quoted.file?.name}
        </blockquote>
      )}
      {/* What was shown as a name is shown as a picture once the server has it. */}
      {file && <Attachment key={String(file.url !== '')} {...file} urlOf={urlOf} texts={texts} />}
      {isDeleted && <p class="gone">{texts.deleted}</p>}
      {text !== '' && (
        <p dir="auto">
          <MarkedText text={text} marks={marks} />
        </p>
      )}
    </div>
  );
}

function Failure({ shown: { item, error }, chat, texts }: Omit<MessageProps, 'quoted'>) {
  const { cid = '' } = item;
  return (
    <span class="told" role="alert">
      <Icon path={paths.alert} /> {texts.failed}: {error}{' '}
      <button type="button" class="plain" onClick={() => chat.retry(cid)}>
        {texts.retry}
      </button>{' '}
      <button type="button" class="plain" onClick={() => chat.discard(cid)}>
        {texts.discard}
      </button>
    </span>
  );
}

interface MessageButtonProps {
  readonly button: ShownButton;
  readonly item: Item;
  readonly chat: Chat;
}

function MessageButton({ button, item, chat }: MessageButtonProps) {
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

function Time({ atMs }: { readonly atMs: number }) {
  const at = new Date(atMs);
  return (
    <time dateTime={at.toISOString()} title={at.toLocaleString()}>
      {at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
    </time>
  );
}
