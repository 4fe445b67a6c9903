import { clientOf, type StartDriver } from '@trunkline/testkit/simulator';
import { createNetworkSimulator } from './index.ts';

/** A partner's installation, whose people join the channel's line by the address that its owner gives them. */
export const startDriver: StartDriver = async (options = {}) => {
  const simulator = await createNetworkSimulator(options);
  const { account, url } = simulator;
  return {
    ...{ url, client: clientOf(simulator) },
    channel: { settings: { publicName: 'Shop' }, secrets: {} },
    person: { given: { id: 'acme', name: 'Acme' }, told: { displayName: 'Acme' } },
    // A call's type stands in its body; only joining has a path.
    toldSecrets: () => [...account.seats.values()].map(({ key }) => key),
    sendMethod: '',
    loseHook: () => account.seats.clear(),
    enterHook: (_url, deepLink) => simulator.invite({ address: deepLink }),
    ownAccountBecause: 'a line has no account elsewhere: each channel is another line, with an address of its own',
    // The protocol takes 180, the joining and whatever else is told among them.
    mostPerMinute: 150,
    link: { follow: (from, start) => void simulator.enter({ from, start }), source: '' },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
};
