import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createVkSimulator } from './index.ts';

/** A community, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createVkSimulator(options);
  const { community, url, start } = simulator;
  const client = clientOf(simulator);
  const told = { displayName: 'Anna K', profileUrl: 'https://vk.com/id55012345' };
  return {
    ...{ url, client },
    channel: {
      settings: { apiUrl: url, oauthUrl: url, appId: community.appId, communityIds: String(community.id) },
      secrets: { token: community.token, appSecret: community.appSecret },
    },
    person: { given: { id: '55012345', name: 'Anna K' }, told },
    toldSecrets: () => [...community.servers.values()].map(({ secret }) => secret),
    sendMethod: 'messages.send',
    loseHook: () => community.servers.clear(),
    link: { follow: (from, payload) => void start({ from, payload }), source: 'site' },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
