import { runSimulator } from '@trunkline/testkit/simulator';
import { createBotFrameworkSimulator } from './index.ts';

await runSimulator(createBotFrameworkSimulator, {
  messenger: 'botframework',
  port: 8097,
  samplePerson: '29:1anna',
  shown: ({ url, bot, serviceUrl }) => ({
    'Sign-in': `${url}/botframework.com/oauth2/v2.0/token`,
    'Key document': `${url}/v1/.well-known/openidconfiguration`,
    'Service url': serviceUrl(),
    'App id': bot.appId,
    'Client secret': bot.secret,
  }),
  notes: [
    'The messaging endpoint is set as in the portal, by the action setHook {"url"}. A person is in Teams unless "channel" says',
    'another: msteams, slack, email, sms, groupme, webchat… What each action takes stands in people.ts and trouble.ts.',
  ],
});
