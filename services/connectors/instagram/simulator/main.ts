import { runSimulator } from '@trunkline/testkit/simulator';
import { createInstagramSimulator } from './index.ts';

await runSimulator(createInstagramSimulator, {
  messenger: 'instagram',
  port: 8096,
  samplePerson: '998877665544',
  shown: ({ url, account }) => ({
    'Graph API': `${url}   (with or without a version before each path)`,
    OAuth: `${url}/oauth/authorize, ${url}/oauth/access_token`,
    'Account id': account.id,
    'Access token': account.token,
    'App id, secret': `${account.appId}, ${account.appSecret}`,
  }),
  notes: [
    'The app has one hook: it is set by POST /<app>/subscriptions with the app token, or by the action setHook {"url",',
    '"verifyToken"}; both ask the hook for the challenge first. An account is heard after POST /<account>/subscribed_apps.',
    'What each action takes stands in people.ts and owner.ts beside this file.',
  ],
});
