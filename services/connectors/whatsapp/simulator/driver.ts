import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createWhatsAppSimulator } from './index.ts';

/** A number, as whoever uses any messenger has it. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createWhatsAppSimulator(options);
  const { account, url, write } = simulator;
  const client = clientOf(simulator);
  const { token, appSecret, phoneNumberId, wabaId } = account;
  return {
    ...{ url, client },
    channel: {
      settings: { apiUrl: url, phoneNumberId, businessAccountId: wabaId },
      secrets: { token, appSecret, pin: '482913' },
    },
    person: {
      given: { id: '79990001122', name: 'Anna K' },
      told: { displayName: 'Anna K', ids: { phone: '+79990001122' } },
    },
    toldSecrets: () => [account.accountHook?.verifyToken ?? []].flat(),
    sendMethod: 'messages',
    loseHook: () => Object.assign(account, { appHook: undefined, accountHook: undefined, isSubscribed: false }),
    // A link proposes words, and whoever comes by it sends them.
    link: { follow: (from, key) => void write({ from, text: `Hello! (code: ${key})` }), source: 'link' },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
