/** True if a page of this origin may show what a channel's company puts on its sites; no list: any may. Calls that come from
 * no page have no origin. Pure. */
export function isOriginAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return allowed.length === 0 || (origin !== undefined && allowed.includes(origin));
}
