import { type ConnectionOptions, connect, createInbox, errors, type NatsConnection } from '@nats-io/transport-node';
import { inboxPrefix } from '@trunkline/contracts';
import { timeLimit, unlessAborted } from '../deadline.ts';
import { TrunklineError } from '../errors.ts';
import { withoutPassword } from '../secret.ts';
import { untilAnswered } from '../server-wait.ts';

/** What {@link connectBus} wants. */
export interface BusOptions {
  /** `nats://host:port`, several separated by commas; `tls://` insists on TLS. User and password may stand in it. */
  readonly url: string;
  /** Wins over the address's. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Name of the service: its user's inboxes have it in their names. */
  readonly service: string;
  /** Shown by the server beside the service. */
  readonly instance: string;
  /** Ends the wait for a server that is not there yet. */
  readonly signal: AbortSignal;
  /** How long a server that is still starting is waited for; 60 s by default. */
  readonly startTimeoutMs?: number;
  /** Hears whether the server can be reached, whenever that changes. */
  readonly onReachable?: (isReachable: boolean) => void;
  /** Hears of failures, without secrets: a server that is not there yet (once), a subject that is refused. */
  readonly onTrouble?: (error: TrunklineError) => void;
}

/**
 * Connects to NATS, waiting for a server that is still starting, and from then on reconnects for ever: calls meanwhile
 * reject with a time-out. Rejects with `unauthenticated` when the server does not know the user, with `failed_precondition` when
 * it takes no messages as large as ours, with `unavailable` when it does not come. The caller closes the connection.
 */
export async function connectBus(options: BusOptions): Promise<NatsConnection> {
  const { signal, startTimeoutMs: limitMs = 60_000, onReachable, onTrouble } = options;
  const onWaiting = (error: unknown) => {
    onReachable?.(false);
    onTrouble?.(error as TrunklineError);
  };
  return await untilAnswered(() => connectOnce(options), { signal, limitMs, onWaiting });
}

async function connectOnce(options: BusOptions): Promise<NatsConnection> {
  try {
    const nats = await connect(connectionOptions(options));
    await refuseSmall(nats);
    watch(nats, options);
    return nats;
  } catch (cause) {
    throw cause instanceof TrunklineError ? cause : asTrouble(cause, options);
  }
}

/** The largest messages of ours: a sealed event with its envelope, a lane's whole record. NATS itself takes 1 MB unless it is told. */
export const leastMaxPayload = 8_000_000;

/** Of a server that takes less, the first large message would be refused for ever, and with it all that comes after. */
async function refuseSmall(nats: NatsConnection): Promise<void> {
  const takes = nats.info?.max_payload ?? 0;
  if (takes >= leastMaxPayload) return;
  await nats.close();
  throw new TrunklineError(
    'failed_precondition',
    `NATS takes messages of ${takes} bytes at most: set max_payload: 8MB in its configuration, and reload it`,
  );
}

/** Longest wait for what is still to be sent; less than a part of a service has for its end. */
const drainMs = 3_000;

/**
 * Closes a connection after what was sent has arrived; where the server does not take it, without it: a connection that
 * is only told to drain would look for its server for ever, and its process would never end. Never rejects.
 */
export async function closeBus(nats: NatsConnection): Promise<void> {
  using limit = timeLimit(drainMs);
  await unlessAborted(nats.drain(), limit.signal).catch(() => nats.close());
}

/** A new inbox under the prefix that the connection was made with. */
export function newInbox(nats: NatsConnection): string {
  // The library keeps the options on the connection without telling so in its types.
  const options: unknown = Reflect.get(nats, 'options');
  const prefix: unknown =
    typeof options === 'object' && options !== null ? Reflect.get(options, 'inboxPrefix') : undefined;
  return createInbox(typeof prefix === 'string' ? prefix : undefined);
}

function connectionOptions({ url, user, password, service, instance }: BusOptions): ConnectionOptions {
  const addresses = url.split(',').map((address) => new URL(address.includes('://') ? address : `nats://${address}`));
  const first = addresses[0];
  const name = user ?? decodeURIComponent(first?.username ?? '');
  return {
    servers: addresses.map(({ host }) => host),
    ...(name === '' ? {} : { user: name, pass: password ?? decodeURIComponent(first?.password ?? '') }),
    ...(addresses.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
    name: `${service} ${instance}`,
    inboxPrefix: inboxPrefix(service),
    timeout: 5_000,
    // Half-open connections are found in 10 to 15 seconds: a lease is lost after 5 in any case.
    pingInterval: 5_000,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // Users may be changed while we run: a refusal that lasts is told, not final.
    ignoreAuthErrorAbort: true,
    // Stacks of every request cost more than the requests.
    noAsyncTraces: true,
  };
}

function watch(nats: NatsConnection, options: BusOptions): void {
  const follow = async () => {
    for await (const status of nats.status()) {
      if (status.type === 'disconnect') options.onReachable?.(false);
      if (status.type === 'reconnect') options.onReachable?.(true);
      if (status.type === 'error') options.onTrouble?.(asTrouble(status.error, options));
    }
  };
  options.onReachable?.(true);
  // Ends with the connection; its errors are met by whoever uses it.
  follow().catch(() => {});
}

function asTrouble(cause: unknown, { url, service }: BusOptions): TrunklineError {
  const address = withoutPassword(url);
  if (cause instanceof errors.PermissionViolationError)
    return new TrunklineError('permission_denied', `NATS refuses ${service} to ${cause.operation} ${cause.subject}`, {
      cause,
    });
  if (isAuthorization(cause))
    return new TrunklineError('unauthenticated', `NATS at ${address} does not accept the user of ${service}`, {
      cause,
    });
  return new TrunklineError('unavailable', `NATS cannot be reached at ${address}`, { certain: true, cause });
}

/**
 * It comes bare while reconnecting, and as a cause when the first connection is refused. A server that waited too long to
 * hear who we are says something that the library takes for the same; on a busy machine the next try does it.
 */
function isAuthorization(error: unknown): boolean {
  if (error instanceof errors.AuthorizationError) return !/timeout/i.test(error.message);
  if (error instanceof errors.UserAuthenticationExpiredError) return true;
  return error instanceof Error && error.cause !== undefined && isAuthorization(error.cause);
}
