import { createServer } from 'node:http';
import { type Cursor, createPortal, listener } from '@trunkline/portal-sdk';

let stored: Cursor | undefined; // keep it in your database
const portal = createPortal({
  licenceKeys: (process.env.LICENCE_KEYS ?? '').split(' '),
  cursor: {
    load: async () => stored,
    save: async (cursor) => {
      stored = cursor;
    },
  },
  onEvent: async ({ sequence, type, data }) => console.log(sequence, type, data),
  onReplay: async ({ sequence, data }) => console.log('again', sequence, data),
  onNotice: async ({ notice }) => console.warn(notice.kind, notice.from, notice.to, notice.reason),
  onProblem: ({ code, event, cause }) => console.error(code, event?.sequence, cause),
});
const server = createServer(listener(portal));
server.listen(Number(process.env.PORT ?? 3000), () => console.log(server.address()));
