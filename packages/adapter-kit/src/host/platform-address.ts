import { TrunklineError } from '@trunkline/runtime';
import type { Connector } from '../connector.ts';

/**
 * Checks where a channel says that its platform is: the usual addresses, or hosts that the service trusts. Throws TrunklineError
 * 'failed_precondition' for any other: whoever answers there could claim everybody's accounts. Pure.
 */
export function checkAddresses<Settings>(
  { settings, addressNames = [] }: Pick<Connector<Settings>, 'settings' | 'addressNames'>,
  given: Readonly<Record<string, unknown>>,
  trustedHosts: readonly string[],
): void {
  const named = addressNames.filter((name) => given[name] !== undefined);
  if (named.length === 0) return;
  const usual: Readonly<Record<string, unknown>> = {
    ...settings.safeParse({ ...given, ...Object.fromEntries(named.map((name) => [name, undefined])) }).data,
  };
  for (const name of named) {
    const url = URL.parse(String(given[name]));
    const isTrusted = url !== null && (trustedHosts.includes(url.hostname) || trustedHosts.includes(url.host));
    if (given[name] === usual[name] || isTrusted) continue;
    const words = `${name}: this service trusts no messenger at that address; leave it out, or have its host added to PLATFORM_HOSTS`;
    throw new TrunklineError('failed_precondition', words);
  }
}
