import { useState } from 'preact/hooks';

interface FaceProps {
  readonly name: string;
  readonly url?: string;
}

/** A person's picture, or the first letter of their name. */
export function Face({ name, url = '' }: FaceProps) {
  const [isBroken, breakIt] = useState(false);
  const isShown = /^https?:/.test(url) && !isBroken;
  return (
    <span class="face" aria-hidden="true">
      {isShown ? <img src={url} alt="" onError={() => breakIt(true)} /> : ([...name.trim()][0] ?? '·').toUpperCase()}
    </span>
  );
}
