import { act, type ClientSide, type StartDriver } from '@trunkline/testkit/simulator';
import { clientSideOf } from './client-side.ts';
import { createTelegramSimulator } from './index.ts';

/** Not the one that the simulator has by itself: both may be connected at once. */
const token = '700200:simulated-token-of-35-characters-00';

/** A bot, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createTelegramSimulator({ token, ...options });
  const client = withTextIds(clientSideOf(simulator));
  const told = { displayName: 'Anna K', profileUrl: 'https://t.me/anna_k', ids: { username: 'anna_k' } };
  return {
    ...{ url: simulator.url, client },
    channel: { settings: { apiUrl: simulator.url }, secrets: { token: simulator.token } },
    person: { given: { id: '5501234567', name: 'Anna', last_name: 'K', username: 'anna_k' }, told },
    toldSecrets: () => [simulator.state.hook?.secret ?? []].flat(),
    sendMethod: 'sendMessage',
    loseHook: () => {
      simulator.state.hook = undefined;
    },
    link: { follow: (from, payload) => void act({ client }, 'start', { from, payload }), source: '' },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};

/** People are numbers here, and texts wherever any messenger will do. */
function withTextIds(client: ClientSide): ClientSide {
  const actions = Object.entries(client.actions as Record<string, (given: object) => unknown>).map(
    ([name, action]) =>
      [
        name,
        (given: { from?: unknown }) => action('from' in given ? { ...given, from: Number(given.from) } : given),
      ] as const,
  );
  return { ...client, actions: Object.fromEntries(actions) };
}
