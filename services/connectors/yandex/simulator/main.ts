import { runSimulator } from '@trunkline/testkit/simulator';
import { createYandexSimulator } from './index.ts';

await runSimulator(createYandexSimulator, {
  messenger: 'yandex',
  port: 8098,
  samplePerson: 'anna@company.ru',
  shown: ({ url, bot }) => ({ 'Bot API': `${url}/bot/v1`, 'Bot token': bot.token }),
  notes: ['What each action takes stands in people.ts beside this file.'],
});
