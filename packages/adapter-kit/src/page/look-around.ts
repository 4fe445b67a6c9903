import type { Found } from '../found.ts';
import type { Memory } from './memory.ts';

/** What is looked at of a browser's `window`. */
export interface Page {
  readonly location: { readonly href: string; readonly search: string };
  readonly document: { readonly title: string; readonly referrer: string; readonly cookie: string };
}

/** Marks of the address that brought the visitor. Pure. */
export function utmOf(search: string): Record<string, string> {
  const marks = [...new URLSearchParams(search)].filter(([name]) => /^utm_\w{1,36}$/i.test(name));
  return Object.fromEntries(marks.map(([name, value]) => [name.toLowerCase(), value.slice(0, 300)]));
}

/** Value of a cookie; empty when there is none. Pure. */
export function cookieOf(cookies: string, name: string): string {
  const found = cookies.split('; ').find((pair) => pair.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1) ?? '';
  try {
    return decodeURIComponent(value).slice(0, 500);
  } catch {
    return value.slice(0, 500);
  }
}

/** Looks at the page. Marks and referrer are those of the first page of the visit that had any. */
export function lookAround(page: Page, memory: Memory): Found {
  const { location, document } = page;
  const utm = utmOf(location.search);
  const first = memory.get<{ utm: Record<string, string>; referrer: string }>('first');
  const isNew = first === undefined || Object.keys(utm).length > 0;
  const kept = isNew ? { utm, referrer: document.referrer } : first;
  if (isNew) memory.set('first', kept);
  const cookie = (name: string) => cookieOf(document.cookie, name);
  return {
    page: {
      url: location.href.slice(0, 2_000),
      title: document.title.slice(0, 500),
      referrer: kept.referrer.slice(0, 2_000),
    },
    utm: kept.utm,
    yandexClientId: cookie('_ym_uid'),
    roistatVisitId: cookie('roistat_visit'),
    calltouchSessionId: cookie('_ct_session_id') || calltouchOf(page),
  };
}

/** Calltouch's script answers with the parameters of its session once it has loaded. */
function calltouchOf(page: object): string {
  if (!('ct' in page) || typeof page.ct !== 'function') return '';
  try {
    const told: unknown = page.ct('calltracking_params');
    const [first] = Array.isArray(told) ? told : [told];
    return String(first?.sessionId ?? '').slice(0, 500);
  } catch {
    return '';
  }
}
