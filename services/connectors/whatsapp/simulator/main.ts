import { runSimulator } from '@trunkline/testkit/simulator';
import { createWhatsAppSimulator } from './index.ts';

await runSimulator(createWhatsAppSimulator, {
  messenger: 'whatsapp',
  port: 8092,
  samplePerson: '79990001122',
  shown: ({ url, account }) => ({
    'Graph API': `${url}   (with a version before each path: ${url}/v25.0)`,
    'Phone number id': account.phoneNumberId,
    'Business account': account.wabaId,
    'Access token': account.token,
    'App id, secret': `${account.appId}, ${account.appSecret}`,
  }),
  notes: [
    'The fields are chosen by POST /<app>/subscriptions, the hook by the same call or, for the account, by POST',
    '/<business account>/subscribed_apps with override_callback_uri; both by the action setHook {"url", "verifyToken", "fields"}.',
    'All ask the hook for the challenge first.',
    'What each action takes stands in people.ts and owner.ts beside this file.',
  ],
});
