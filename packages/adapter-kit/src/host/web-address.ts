/** The address that a platform is to call; undefined for a channel that is polled. Pure. */
export function webAddress(hookUrl: string): string | undefined {
  return /^https?:/.test(hookUrl) ? hookUrl : undefined;
}
