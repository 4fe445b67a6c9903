import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createFacebookSimulator } from './index.ts';

/** A page, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createFacebookSimulator(options);
  const { page, url, start } = simulator;
  const client = clientOf(simulator);
  const { token, appId, appSecret } = page;
  return {
    ...{ url, client },
    channel: { settings: { appId, apiUrl: url, signInUrl: url }, secrets: { token, appSecret } },
    person: { given: { id: '7654321098765432', name: 'Anna K' }, told: { displayName: 'Anna K' } },
    toldSecrets: () => [page.hook?.verifyToken ?? []].flat(),
    sendMethod: 'messages',
    loseHook: () => Object.assign(page, { hook: undefined, subscribed: undefined }),
    link: { follow: (from, payload) => start({ from, payload }), source: 'link' },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
