import { type Api, Refused } from './api.ts';
import type { Outbox, Waiting } from './outbox.ts';
import type { Texts } from './texts.ts';

/** What {@link createAttachments} wants. */
export interface AttachmentParts {
  readonly api: Api;
  readonly texts: Texts;
}

/** Files that the visitor attached on this page, by the message that they go with. */
export interface Attachments {
  /** Keeps a file and says what is shown of it. */
  readonly add: (cid: string, file: File) => NonNullable<Waiting['file']>;
  /** False when the file was refused, or is gone with the page; throws when it is to be tried again. */
  readonly upload: (token: string, waiting: Waiting) => Promise<boolean>;
  /** Address under which this page can show it; undefined for files of other pages. */
  readonly preview: (cid: string) => string | undefined;
}

/** Makes it; what is refused fails in the outbox, with a sentence for the visitor. */
export function createAttachments({ api, texts }: AttachmentParts, outbox: Outbox): Attachments {
  const files = new Map<string, File>();
  const previews = new Map<string, string>();
  return {
    add: (cid, file) => {
      files.set(cid, file);
      return { name: file.name, sizeBytes: file.size, mimeType: file.type };
    },
    preview: (cid) => {
      const file = files.get(cid);
      if (file && !previews.has(cid)) previews.set(cid, URL.createObjectURL(file));
      return previews.get(cid);
    },
    upload: async (token, { frame, file }) => {
      const bytes = files.get(frame.cid);
      if (!bytes) {
        outbox.fail(frame.cid, texts.fileGone);
        return false;
      }
      try {
        await api.upload(token, { uploadId: frame.cid, name: file?.name ?? '', bytes });
      } catch (error) {
        if (!isForGood(error)) throw error;
        outbox.fail(frame.cid, error.message || texts.uploadFailed);
        return false;
      }
      outbox.change(frame.cid, { isUploaded: true });
      return true;
    },
  };
}

/** Refusals that the next try would meet again. */
function isForGood(error: unknown): error is Refused {
  return error instanceof Refused && error.status >= 400 && error.status < 429 && error.status !== 401;
}
