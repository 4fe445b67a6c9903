import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createViberSimulator } from './index.ts';

/** A bot, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createViberSimulator(options);
  const { account, url, start } = simulator;
  const client = clientOf(simulator);
  return {
    ...{ url, client },
    channel: { settings: { apiUrl: url }, secrets: { token: account.token } },
    person: { given: { id: '01234567890A=', name: 'Anna K' }, told: { displayName: 'Anna K' } },
    toldSecrets: () => [],
    sendMethod: 'send_message',
    loseHook: () => {
      account.hook = undefined;
    },
    link: { follow: (from, payload) => start({ from, payload }), source: '' },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
