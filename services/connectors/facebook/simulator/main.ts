import { runSimulator } from '@trunkline/testkit/simulator';
import { createFacebookSimulator } from './index.ts';

await runSimulator(createFacebookSimulator, {
  messenger: 'facebook',
  port: 8095,
  samplePerson: '7654321098765432',
  shown: ({ url, page }) => ({
    'Graph API': `${url}   (with a version before each path: ${url}/v25.0)`,
    OAuth: `${url}/v25.0/dialog/oauth`,
    'Page id': page.id,
    'Page token': page.token,
    'App id, secret': `${page.appId}, ${page.appSecret}`,
  }),
  notes: [
    'The app has one hook: it is set by POST /<app>/subscriptions with the app token, or by the action setHook {"url",',
    '"verifyToken"}; both ask the hook for the challenge first. A page is heard after POST /<page>/subscribed_apps.',
    'What each action takes stands in people.ts and owner.ts beside this file.',
  ],
});
