import { type FileStore, nothingHere, type Runtime, TrunklineError, verifyFileUrl } from '@trunkline/runtime';

/** What is shown in a page; everything else is saved, because it could be a page of its own. */
const shownTypes = /^(image\/(png|jpeg|gif|webp)|audio\/|video\/)/;

/** Files by links that only we can make: GET /files/<key>?expires=…&signature=… */
export function serveFiles(http: Runtime<unknown>['http'], files: FileStore, linkKey: string, now: () => number): void {
  http.get<{ Params: { key: string }; Querystring: { expires?: string; signature?: string } }>(
    '/files/:key',
    async ({ params: { key }, query: { expires = '', signature = '' } }, reply) => {
      const problem = verifyFileUrl({ key, expires, signature }, linkKey, now());
      // A forged link and a link to nothing look the same from outside.
      if (problem === 'forged') throw nothingHere();
      if (problem === 'expired') throw expired();
      const opened = await files.open(key);
      if (!opened) throw nothingHere();
      const { mimeType, sizeBytes, name } = opened.file;
      const isShown = shownTypes.test(mimeType);
      const disposition = `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name.toWellFormed() || 'file')}`;
      return reply
        .header('content-type', isShown ? mimeType : 'application/octet-stream')
        .header('content-length', sizeBytes)
        .header('content-disposition', disposition)
        .header('content-security-policy', "sandbox; default-src 'none'")
        .header('cache-control', 'private, max-age=3600')
        .send(ReadableStream.from(opened.stream));
    },
  );
}

function expired(): TrunklineError {
  const publicMessage = 'The link has expired.';
  return new TrunklineError('not_found', publicMessage, { publicMessage, remedy: 'Ask for the message again.' });
}
