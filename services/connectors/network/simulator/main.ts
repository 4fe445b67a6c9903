import { runSimulator } from '@trunkline/testkit/simulator';
import { createNetworkSimulator } from './index.ts';

await runSimulator(createNetworkSimulator, {
  messenger: 'network',
  port: 8099,
  samplePerson: 'acme',
  shown: (simulator) => ({ 'Line to join': simulator.lineAddress() }),
  notes: [
    'A partner installation. A person joins a line of yours: join {"from": "acme", "address": "<the deep link of the channel>"}.',
    'Or join its line: paste the address above as the code of a channel. Whoever joined is a person of the same name.',
    'What each action takes stands in people.ts and trouble.ts beside this file.',
  ],
});
