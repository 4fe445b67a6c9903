/** What is read of a portal. */
export interface SeenPortal {
  readonly id: string;
  readonly name: string;
  readonly url?: string;
  readonly isActive?: boolean;
  readonly settings?: { readonly primaryConsumer?: string };
}

/** The answer of CreatePortal; a late repeat has no licence key any more. */
export interface MadePortal {
  readonly portal: SeenPortal;
  readonly licenceKey?: string;
}

/** Lines about a portal that was just made. Pure. */
export function madeLines({ portal, licenceKey }: MadePortal): string[] {
  const made = [`portal       ${portal.id}`, `name         ${portal.name}`, `address      ${addressOf(portal)}`];
  if (!licenceKey) return [...made, 'licence key  was shown when it was made, and is not shown again'];
  return [...made, `licence key  ${licenceKey}`, '', ...(consumerOf(portal) === '' ? pushedHint : pulledHint)];
}

const pushedHint = [
  'The key is shown this once: keep it where your receiver finds it. To find out what the receiver does wrong, with an empty',
  'store and before events come to it: npm run check-portal -- <address> --key <licence key>',
];
const pulledHint = [
  'The key is shown this once: keep it where your receiver finds it. How to pull: docs/partners.md, "Without an address".',
];

function consumerOf({ settings }: SeenPortal): string {
  return settings?.primaryConsumer ?? '';
}

function addressOf(portal: SeenPortal): string {
  const consumer = consumerOf(portal);
  if (consumer !== '') return `(pulled by ${consumer})`;
  return portal.url === undefined || portal.url === '' ? '(no address)' : portal.url;
}

/** One line a portal. Pure. */
export function listLines(portals: readonly SeenPortal[]): string[] {
  if (portals.length === 0) return ['There are no portals. npm run portal -- add --url <address> makes one.'];
  const width = Math.max(...portals.map(({ name }) => name.length));
  return portals.map((portal) => {
    const { id, name, isActive } = portal;
    return `${id}  ${name.padEnd(width)}  ${isActive === true ? 'on ' : 'off'}  ${addressOf(portal)}`;
  });
}
