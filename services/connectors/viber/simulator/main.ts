import { runSimulator } from '@trunkline/testkit/simulator';
import { createViberSimulator } from './index.ts';

await runSimulator(createViberSimulator, {
  messenger: 'viber',
  port: 8093,
  samplePerson: '01234567890A=',
  shown: ({ url, account }) => ({ 'Bot API': `${url}/pa`, 'Bot token': account.token }),
  notes: ['What each action takes stands in people.ts and trouble.ts beside this file.'],
});
