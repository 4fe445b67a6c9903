import { type Found, foundShape } from '@trunkline/adapter-kit';
import { z } from 'zod';

/** What a widget tells of its visitor when it opens a session: everything as found on the page. */
export const sessionRequest = z.object({
  channel: z.string().min(1).max(64),
  resume: z.string().max(100).optional(),
  lang: z.string().max(35).default(''),
  ...foundShape,
  identity: z
    .object({ userId: z.string().min(1).max(200), name: z.string().max(500).default(''), hmac: z.string().max(64) })
    .optional(),
});

/** A checked request for a session. */
export type SessionRequest = z.output<typeof sessionRequest>;

/** A visitor as the connector keeps them. */
export interface Visitor {
  readonly id: string;
  readonly lang: string;
  /** Where they came from: goes with the conversation's start. */
  readonly found: Found;
  /** Who the site says they are, proved by its signature. */
  readonly user?: { readonly id: string; readonly name: string };
  /** What they told by the form. */
  readonly told?: { readonly name: string; readonly phone: string; readonly email: string };
}

/** A visitor seen for the first time. Pure. */
export function newVisitor(id: string, request: SessionRequest): Visitor {
  const { lang, page, utm, yandexClientId, roistatVisitId, calltouchSessionId } = request;
  return { id, lang, found: { page, utm, yandexClientId, roistatVisitId, calltouchSessionId } };
}

/** A visitor who has not written yet, on another page or later on the same: what was found once is not lost. Pure. */
export function foundAgain(visitor: Visitor, request: SessionRequest): Visitor {
  const now = newVisitor(visitor.id, request);
  const { page, utm, ...ids } = now.found;
  const former = visitor.found;
  return {
    ...visitor,
    lang: now.lang || visitor.lang,
    found: {
      page: page.url === '' ? former.page : page,
      utm: Object.keys(utm).length === 0 ? former.utm : utm,
      yandexClientId: ids.yandexClientId || former.yandexClientId,
      roistatVisitId: ids.roistatVisitId || former.roistatVisitId,
      calltouchSessionId: ids.calltouchSessionId || former.calltouchSessionId,
    },
  };
}
