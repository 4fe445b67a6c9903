import { useState } from 'preact/hooks';
import type { Texts } from '../texts.ts';
import { Icon, paths } from './icons.tsx';

interface AttachmentProps {
  readonly url: string;
  readonly name: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly texts: Texts;
}

/** A file of a message: a picture as a picture, sound and film to play, anything else to download. */
export function Attachment({ url, name, mimeType, sizeBytes, texts }: AttachmentProps) {
  const [isBroken, breakIt] = useState(false);
  const kind = isBroken ? 'file' : mimeType.split('/', 1)[0];
  const label = name || texts.download;
  if (kind === 'image') {
    return (
      <a class="picture" href={url} target="_blank" rel="noopener noreferrer">
        <img src={url} alt={label} loading="lazy" onError={() => breakIt(true)} />
      </a>
    );
  }
  // biome-ignore lint/a11y/useMediaCaption: what people send has no captions.
  if (kind === 'audio') return <audio controls src={url} aria-label={label} onError={() => breakIt(true)} />;
  // biome-ignore lint/a11y/useMediaCaption: what people send has no captions.
  if (kind === 'video') return <video controls src={url} aria-label={label} onError={() => breakIt(true)} />;
  return (
    <a class="file" href={url} target="_blank" rel="noopener noreferrer" download={name}>
      <Icon path={paths.file} />
      <span class="name">{label}</span>
      <span class="size">{sizeOf(sizeBytes)}</span>
    </a>
  );
}

/** `12 kB`. Pure. */
export function sizeOf(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
