import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';

/** Thrown instead of connecting to an address that is not a public one. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** Thrown when no connection came about: nothing of the request was sent. The cause says why. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';

  constructor(cause: unknown) {
    super('no connection', { cause });
  }
}

/** True for an address of the public internet: not of a private, local, reserved or documentation range. Pure. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

/** Finds the addresses of a name, like `lookup` of node:dns with all of them. */
export type Resolver = (
  hostname: string,
  options: object,
  callback: (error: Error | null, addresses: { readonly address: string; readonly family: number }[]) => void,
) => void;

/** How connections are made. */
export interface GuardOptions {
  /** True where private addresses may be called too; a list: at these origins alone ("http://10.0.0.5:8081"). */
  readonly allowPrivate: boolean | readonly string[];
  /** Longest time until a connection stands, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** The system's, unless a test has its own. */
  readonly resolve?: Resolver;
}

/**
 * Makes connections for undici to public addresses only, judged by the address that is really connected to, so that a name
 * which changes its answer in between wins nothing. Fails with {@link AddressRefused}, else with {@link NotConnected}:
 * whatever fails with another error had a connection.
 */
export function guardedConnector(options: GuardOptions): buildConnector.connector {
  const { allowPrivate, connectTimeoutMs, resolve = lookup as Resolver } = options;
  const connectorFor = (isPrivateAllowed: boolean) => {
    const lookup = guardedLookup(resolve, isPrivateAllowed);
    // A type of undici leaves out what it hands to net.connect.
    return buildConnector({ timeout: connectTimeoutMs, allowH2: false, lookup } as buildConnector.BuildOptions);
  };
  const connectPublic = connectorFor(false);
  const connectAny = connectorFor(true);
  return (to, callback) => {
    const isPrivateAllowed = typeof allowPrivate === 'boolean' ? allowPrivate : allowPrivate.includes(originOf(to));
    const connect = isPrivateAllowed ? connectAny : connectPublic;
    // A literal address is connected to without a look-up.
    const literal = to.hostname.replace(/^\[|\]$/g, '');
    if (!isPrivateAllowed && isIP(literal) !== 0 && !isPublicAddress(literal)) {
      callback(new AddressRefused('the address is not a public one'), null);
      return;
    }
    connect(to, (...[error, socket]) => {
      if (error === null) callback(null, socket);
      else callback(error instanceof AddressRefused ? error : new NotConnected(error), null);
    });
  };
}

/** As URL tells it, with the port only where it is not the usual one. */
function originOf({ protocol, hostname, port }: buildConnector.Options): string {
  return URL.parse(`${protocol}//${hostname}${port ? `:${port}` : ''}`)?.origin ?? '';
}

function guardedLookup(resolve: Resolver, allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => allowPrivate || isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) return callback(new AddressRefused('the name has no public address'), '', 0);
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}
