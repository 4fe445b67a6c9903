import { runSimulator } from '@trunkline/testkit/simulator';
import { createVkSimulator } from './index.ts';

await runSimulator(createVkSimulator, {
  messenger: 'vk',
  port: 8094,
  samplePerson: '55012345',
  shown: ({ url, community }) => ({
    'API methods': `${url}/method`,
    OAuth: `${url}/authorize, ${url}/access_token`,
    'Community id': String(community.id),
    'Access token': community.token,
    'App id, secret': `${community.appId}, ${community.appSecret}`,
  }),
  notes: ['What each action takes stands in people.ts and trouble.ts beside this file.'],
});
