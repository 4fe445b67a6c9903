import { TrunklineError } from '@trunkline/runtime';
import type { Connector } from '../connector.ts';

/**
 * What the service trusts besides the usual addresses, as origins: an entry without a scheme is https on its usual port. Throws
 * when an entry is no origin: one that trusts more than it seems to would give away accounts. Pure.
 */
export function trustedOrigins(entries: readonly string[]): string[] {
  return entries.map((entry) => {
    const url = URL.parse(entry.includes('://') ? entry : `https://${entry}`);
    const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
    const hasNoMore = url?.pathname === '/' && url.search === '' && url.hash === '';
    const hasPort = !entry.includes('://') && /:\d+$/.test(entry);
    if (isPlain && hasNoMore && !hasPort) return url.origin;
    throw new Error(`"${entry}" is no origin: write https://bots.example, or http://10.0.0.5:8081`);
  });
}

/**
 * Checks where a channel says that its platform is: the usual addresses, or origins that the service trusts. Throws TrunklineError
 * 'failed_precondition' for any other: whoever answers there could claim everybody's accounts. Pure.
 */
export function checkAddresses<Settings>(
  { settings, addressNames = [] }: Pick<Connector<Settings>, 'settings' | 'addressNames'>,
  given: Readonly<Record<string, unknown>>,
  trusted: readonly string[],
): void {
  const named = addressNames.filter((name) => given[name] !== undefined);
  if (named.length === 0) return;
  const usual: Readonly<Record<string, unknown>> = {
    ...settings.safeParse({ ...given, ...Object.fromEntries(named.map((name) => [name, undefined])) }).data,
  };
  for (const name of named) {
    const url = URL.parse(String(given[name]));
    const isTrusted = url !== null && trusted.includes(url.origin);
    if (given[name] === usual[name] || isTrusted) continue;
    const words = `${name}: this service trusts no messenger at that address; leave it out, or have it added to PLATFORM_HOSTS`;
    throw new TrunklineError('failed_precondition', words);
  }
}
