import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createBotFrameworkSimulator } from './index.ts';

/** A bot in Teams, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createBotFrameworkSimulator(options);
  const { bot, url, serviceUrl } = simulator;
  const client = clientOf(simulator);
  const openIdUrl = `${url}/v1/.well-known/openidconfiguration`;
  return {
    ...{ url, client },
    channel: {
      settings: { appId: bot.appId, botName: bot.name, loginUrl: url, openIdUrl, firstWordUrl: serviceUrl() },
      secrets: { clientSecret: bot.secret },
    },
    person: { given: { id: '29:1anna', name: 'Anna K' }, told: { displayName: 'Anna K' } },
    toldSecrets: () => [...bot.tokens.keys()],
    sendMethod: 'POST activities',
    loseHook: () => {
      bot.hook = undefined;
    },
    enterHook: (hook) => {
      bot.hook = hook;
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
