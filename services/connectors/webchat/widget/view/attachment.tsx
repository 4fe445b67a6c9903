import { useState } from 'preact/hooks';
import type { Texts } from '../texts.ts';
import { Icon, paths } from './icons.tsx';

interface AttachmentProps {
  /** Where it is now: the address of a file of ours ends with its session. */
  readonly urlOf: () => string;
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly texts: Texts;
}

/** A file of a message: a picture as a picture, sound and film to play, anything else to download. */
export function Attachment({ urlOf, name, mimeType, sizeBytes, texts }: AttachmentProps) {
  const [isBroken, breakIt] = useState(false);
  // What is shown keeps its address, or it would be loaded again with every new session.
  const [url] = useState(urlOf);
  const renew = ({ currentTarget }: { readonly currentTarget: HTMLAnchorElement }) => {
    currentTarget.href = urlOf();
  };
  const kind = isBroken || url === '' ? 'file' : mimeType.split('/', 1)[0];
  const label = name || texts.download;
  if (kind === 'image') {
    return (
      <a class="picture" href={url} target="_blank" rel="noopener noreferrer" onClick={renew}>
        <img src={url} alt={label} loading="lazy" onError={() => breakIt(true)} />
      </a>
    );
  }
  // biome-ignore lint/a11y/useMediaCaption: what people send has no captions.
  if (kind === 'audio') return <audio controls src={url} aria-label={label} onError={() => breakIt(true)} />;
  // biome-ignore lint/a11y/useMediaCaption: what people send has no captions.
  if (kind === 'video') return <video controls src={url} aria-label={label} onError={() => breakIt(true)} />;
  return <FileRow {...{ url, name, sizeBytes, label, onClick: renew }} />;
}

interface FileRowProps {
  readonly url: string;
  readonly name: string;
  readonly label: string;
  readonly sizeBytes: number;
  readonly onClick: (event: { readonly currentTarget: HTMLAnchorElement }) => void;
}

function FileRow({ url, name, label, sizeBytes, onClick }: FileRowProps) {
  const words = (
    <>
      <Icon path={paths.file} />
      <span class="name" dir="auto">
        {label}
      </span>
      <span class="size">{sizeOf(sizeBytes)}</span>
    </>
  );
  if (url === '') return <span class="file">{words}</span>;
  return (
    <a class="file" href={url} target="_blank" rel="noopener noreferrer" download={name} onClick={onClick}>
      {words}
    </a>
  );
}

/** `12 kB`. Pure. */
export function sizeOf(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
