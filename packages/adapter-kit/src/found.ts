import { StartContext } from '@trunkline/contracts';
import { z } from 'zod';

const short = z.string().max(500).default('');
const address = z.string().max(2_000).default('');

/** What a script on a company's page tells of the visit, each member with its default: for schemas of what such scripts send. */
export const foundShape = {
  page: z.object({ url: address, title: short, referrer: address }).prefault({}),
  utm: z.record(z.string().max(40), z.string().max(300)).default({}),
  yandexClientId: short,
  roistatVisitId: short,
  calltouchSessionId: short,
};

/** What was found on the page where somebody wrote: nothing is made up. */
export interface Found {
  readonly page: { readonly url: string; readonly title: string; readonly referrer: string };
  readonly utm: Readonly<Record<string, string>>;
  readonly yandexClientId: string;
  readonly roistatVisitId: string;
  readonly calltouchSessionId: string;
}

/** How a conversation began on a page: by what (`source`), and by whom as the page knows them. Pure. */
export function startContextOf(found: Found, source: string, visitorId: string): StartContext {
  const { page, utm, yandexClientId, roistatVisitId, calltouchSessionId } = found;
  const where = { pageUrl: page.url, pageTitle: page.title, referrer: page.referrer, utm: withoutPrefix(utm) };
  const ids = { visitorId, yandexClientId, roistatVisitId, calltouchSessionId };
  return StartContext.fromPartial({ source, ...where, ...ids });
}

/** `utm_source` is `source` in the universal message. */
function withoutPrefix(utm: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(utm).map(([name, value]) => [name.replace(/^utm_/i, ''), value]));
}
