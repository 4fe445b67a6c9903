import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createInstagramSimulator } from './index.ts';

/** A professional account, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createInstagramSimulator(options);
  const { account, url, start } = simulator;
  const client = clientOf(simulator);
  const { token, appId, appSecret } = account;
  const told = { displayName: 'Anna K', profileUrl: 'https://www.instagram.com/anna_k/', ids: { username: 'anna_k' } };
  return {
    ...{ url, client },
    channel: {
      settings: { appId, apiUrl: url, appsUrl: url, signInUrl: url, tokenUrl: url },
      secrets: { token, appSecret },
    },
    person: { given: { id: '9988776655443322', name: 'Anna K', username: 'anna_k' }, told },
    toldSecrets: () => [account.hook?.verifyToken ?? []].flat(),
    sendMethod: 'messages',
    loseHook: () => Object.assign(account, { hook: undefined, subscribed: undefined }),
    link: { follow: (from, payload) => start({ from, payload }), source: 'link' },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
