import type { ClientSide } from './client-side.ts';
import type { SimulatorOptions } from './start-simulator.ts';

/**
 * One messenger's simulator, ready for a channel: stories, the bench and the demo page use any messenger by it, without
 * knowing which one it is. Its connector's folder has it as `simulator/driver.ts`.
 */
export interface Driver extends AsyncDisposable {
  /** Address of the page to write as a client. */
  readonly url: string;
  /** The account as its clients see it. */
  readonly client: ClientSide;
  /** What a person types to make a channel of the account. */
  readonly channel: {
    readonly settings: Readonly<Record<string, unknown>>;
    readonly secrets: Readonly<Record<string, string>>;
  };
  /**
   * Secrets that the connector and the platform gave each other, which come with later calls: of hooks, of sessions. With those of
   * the channel they are all that must stand in no log.
   */
  readonly toldSecrets: () => readonly string[];
  /** Somebody who has not written yet. */
  readonly person: DrivenPerson;
  /** The call that writes a message, as troubles name it. */
  readonly sendMethod: string;
  /** The platform forgets where to call. */
  readonly loseHook: () => void;
  /**
   * Where a person enters at the platform where to call, or gives the channel's own address to those who are to write; absent
   * where the connector does it.
   */
  readonly enterHook?: (url: string, deepLink: string) => void;
  /** Why the same account twice is no question here: what says so is an account of its own. Absent: the second is refused. */
  readonly ownAccountBecause?: string;
  /** How many messages of one person the messenger takes in a minute; absent: as many as anybody measures. */
  readonly mostPerMinute?: number;
  /** Deep links that carry a key; absent where the messenger has none. */
  readonly link?: {
    readonly follow: (from: string, key: string) => void;
    /** What the messenger tells of where the person came from; empty where it tells nothing. */
    readonly source: string;
  };
}

/** Somebody who writes, and what the messenger tells of them. */
export interface DrivenPerson {
  /** What the simulator's action `person` is given. */
  readonly given: { readonly id: string; readonly name: string } & Readonly<Record<string, unknown>>;
  /** What a portal has to know once they have written, by the names of its contact. */
  readonly told: Readonly<Record<string, unknown>>;
}

/** How a driven simulator starts. */
export interface DriverOptions extends SimulatorOptions {
  /** Pause after the first failure of a hook, in milliseconds; it doubles. */
  readonly retryDelayMs?: number;
}

/** What `simulator/driver.ts` exports as `startDriver`. */
export type StartDriver = (options?: DriverOptions) => Promise<Driver>;

/** The first account of a simulator. Throws when it has none. */
export function clientOf({ accounts: [client] }: { readonly accounts: readonly ClientSide[] }): ClientSide {
  if (client === undefined) throw new Error('the simulator has no account');
  return client;
}

/** Origins where the simulator answers, as whoever hosts the connector has to trust them. Pure. */
export function originsOf({ url, channel }: Pick<Driver, 'url' | 'channel'>): readonly string[] {
  const given = [url, ...Object.values(channel.settings), ...Object.values(channel.secrets)];
  const addresses = given.map((value) => URL.parse(String(value))).filter((parsed) => parsed?.protocol === 'http:');
  return [...new Set(addresses.map((parsed) => parsed?.origin ?? ''))];
}

/** Does one of the account's actions by its name. Throws what the action throws. */
export function act({ client }: Pick<Driver, 'client'>, name: string, given: object): unknown {
  const action = client.actions[name] as ((given: object) => unknown) | undefined;
  if (action === undefined) throw new Error(`${client.messenger} has no action "${name}"`);
  return action(given);
}

/** Texts that a person sees from the account, in order. Pure. */
export function textsSeen({ client }: Pick<Driver, 'client'>, person: string): readonly string[] {
  return client.view(person).messages.flatMap(({ by, text }) => (by === 'account' && text !== undefined ? [text] : []));
}
