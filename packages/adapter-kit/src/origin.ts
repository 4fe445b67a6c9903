import { z } from 'zod';

/** Names and addresses alone: what else a URL's host may hold (`;`, `'`, `*`) has a meaning in a browser's policy. */
const bare = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d+)?$/;

/** A site of a company in a channel's settings, read as browsers tell it: `https://МАГАЗИН.рф:443` is
 * `https://xn--80aairftm.xn--p1ai`. Refused with anything besides scheme, host and port. Pure. */
export const siteOrigin = z
  .string()
  .regex(/^https?:\/\/[^/\s]+\/?$/i, 'must be https://host')
  .transform((text, context) => {
    const url = URL.parse(text);
    if (url?.href === `${url?.origin}/` && bare.test(url.origin)) return url.origin;
    context.addIssue({ code: 'custom', message: 'must be https://host, and nothing else' });
    return z.NEVER;
  });

/** True if a page of this origin may show what a channel's company puts on its sites; no list: any may. Calls that come from
 * no page have no origin. Pure. */
export function isOriginAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return allowed.length === 0 || (origin !== undefined && allowed.includes(origin));
}
