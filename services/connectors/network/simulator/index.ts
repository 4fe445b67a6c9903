import {
  type ClientSide,
  createChats,
  type DoubleRequest,
  type MenuItem,
  type SimulatorOptions,
  startSimulator,
} from '@trunkline/testkit/simulator';
import { type Account, codeOf, createAccount } from './account.ts';
import { type CallTimes, createCaller } from './caller.ts';
import { serveDoors, type Taken } from './door.ts';
import { createEntrance } from './entrance.ts';
import { createPeople } from './people.ts';
import { createTrouble } from './trouble.ts';

/** How a simulator starts. */
export interface NetworkOptions extends SimulatorOptions, CallTimes {
  /** Id, name and secret of its line, where they should be others. */
  readonly line?: Partial<Account['line']>;
}

const menu: readonly MenuItem[] = [
  {
    label: 'Join a line…',
    action: 'join',
    ask: { field: 'address', label: 'Address of the line, as its channel shows it', proposal: '' },
  },
  { label: 'Share my place', action: 'shareLocation', given: { latitude: 55.7512, longitude: 37.6184 } },
  { label: 'Read everything', action: 'read' },
  { label: 'Delete my last message', action: 'remove', about: 'own' },
  { label: 'Leave the line', action: 'leave' },
];

/** Starts a partner's installation: people who join lines elsewhere, and a line that is joined. All of it in memory. */
export async function createNetworkSimulator(options: NetworkOptions = {}) {
  return await startSimulator((world) => {
    const chats = createChats('A line', world.now);
    const account = createAccount(options.line ?? {}, chats, world.now);
    const caller = createCaller(account, world, options);
    const people = createPeople(account, caller, world.url);
    const entrance = createEntrance(account, { join: people.join, world, pauseMs: options.retryDelayMs ?? 500 });
    const actions = { ...people, enter: entrance.enter, invite: entrance.invite, ...createTrouble(account, caller) };
    /** Of somebody without a seat: once they have one. */
    const write = (given: Parameters<typeof people.write>[0]) => entrance.inside(given.from, () => people.write(given));
    const calls: Taken[] = [];
    const client: ClientSide = {
      id: 'network',
      title: 'Lines of other companies',
      messenger: 'Network',
      actions: { ...actions, write },
      menu,
      canReply: true,
      reactions: ['👍', '❤️', '😂'],
      troubles: account.troubles,
      hookUrl: () => [...account.seats.values()][0]?.url,
      view: (chat) => chats.view(chat),
      changed: chats.changed,
      file: (id) => account.files.get(id),
    };
    return {
      ...actions,
      account,
      calls,
      accounts: [client],
      answer: (request: DoubleRequest) => serveDoors({ account, world, calls }, request),
      /** What the one at a seat sees. */
      view: (seat: string) => client.view(seat),
      /** Address of its line as it is given away. */
      lineAddress: () => `${world.url()}${account.prefix}/hooks/network/${account.line.id}#${codeOf(account)}`,
      /** Calls that are not yet answered. */
      waiting: () => caller.waiting(),
      /** What the other side refused, by the names of the protocol. */
      refused: caller.refused,
      /** Statuses that forged calls were answered with. */
      forged: caller.forged,
    };
  }, options);
}
