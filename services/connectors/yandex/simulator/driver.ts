import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createYandexSimulator } from './index.ts';

/** A bot, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createYandexSimulator(options);
  const { bot, url } = simulator;
  const client = clientOf(simulator);
  return {
    ...{ url, client },
    channel: { settings: { apiUrl: url }, secrets: { token: bot.token } },
    person: { given: { id: 'anna@company.ru', name: 'Anna K' }, told: { displayName: 'Anna K' } },
    toldSecrets: () => [bot.hook?.split('/').at(-1) ?? []].flat(),
    sendMethod: 'messages/sendText',
    loseHook: () => {
      bot.hook = undefined;
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
